//! Each rule is red for what it forbids, however it is written, and green for what it allows.

use std::collections::BTreeSet;
use std::path::Path;

use super::rules::{self, Built, Dependencies, Kind, Layers, Room, Wrong};
use super::source::{self, Group, Target};
use super::workspace;

const PLAN: Layers<'_> =
    Layers { below: &[], layers: &[&["low", "side"], &["high"]], siblings: false, tests: &[("low", "side")] };

/// Reads planted files, of which the first is the root.
fn plant(files: &[(&str, &str)]) -> (Target, Vec<Group>) {
    let on_disk = |file: &Path| {
        let found = files.iter().find(|(path, _)| Path::new(path) == file);
        found.map(|(_, text)| (*text).to_owned())
    };
    source::read(Path::new(files[0].0), &on_disk)
}

fn crates(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn says(wrong: Vec<Wrong>) -> Vec<String> {
    wrong.into_iter().map(|wrong| format!("{}: {}", wrong.file, wrong.says)).collect()
}

/// Judges the layers of a crate whose module `low` holds `text`.
fn layered(text: &str) -> Vec<String> {
    let root = "pub use high::Thing; pub use axum; mod high; mod low; mod side; macro_rules! m { () => {} }";
    let high = "pub struct Thing; pub mod inner { pub struct Deep; } use crate::low::Low; fn f() { crate::side::f() }";
    let files = [("a/lib.rs", root), ("a/high.rs", high), ("a/low.rs", text), ("a/side.rs", "pub fn f() {}")];
    says(rules::layers(&plant(&files).0, &PLAN, &crates(&["std", "axum"])))
}

#[test]
fn a_use_of_a_higher_layer_is_found_however_it_is_written() {
    let upward = [
        "use crate::high::Thing;",
        "use crate::high;",
        "use crate::high::*;",
        "use crate::{low::Low, high::Thing};",
        "use crate::{{high::{inner::{Deep}}}};",
        "pub use crate::high::Thing as T;",
        "use super::high::Thing;",
        "use super::{high};",
        "mod inside { use super::super::high::Thing; }",
        "mod inside { mod deeper { fn f() { super::super::super::high::f() } } }",
        "fn f() { let it = crate::high::Thing; }",
        "fn f() { use crate::high::Thing; }",
        "fn f(it: Vec<Option<crate::high::Thing>>) {}",
        "struct S { it: <crate::high::Thing as Iterator>::Item }",
        "impl crate::high::inner::Trait for u8 {}",
        "fn f() -> impl Into<crate::high::Thing> { todo!() }",
        "fn f(it: u8) { match it { crate::high::LIMIT => {} _ => {} } }",
        "pub(in crate::high) struct S;",
        "#[crate::high::attribute] fn f() {}",
        "#[derive(crate::high::Derive)] struct S;",
        r#"struct S { #[serde(with = "crate::high::dates")] it: u8 }"#,
        "fn f() { println!(\"{}\", crate::high::f()) }",
        "fn f() { assert!(vec![(1, [crate::high::f()])].is_empty()) }",
        "fn f() { crate::high::call!(1) }",
        "macro_rules! m { () => { $crate::high::f() } }",
        "#[cfg(test)] mod tests {} use crate::high::Thing;",
        "#[cfg(test)] mod tests { use crate::high::Thing; }",
        "#[cfg(test)] fn f() { crate::high::f() } ",
        "#[cfg(not(test))] use crate::high::Thing;",
        // By another name.
        "use crate as house; fn f() { house::high::f() }",
        "use super as house; use house::high::Thing;",
        "use crate::*; fn f() { high::f() }",
        // By way of the front page.
        "use crate::Thing;",
        "use crate::Thing as Other; fn f() { Other::new() }",
        "fn f() -> super::Thing { todo!() }",
    ];
    for text in upward {
        let found = layered(text);
        assert_eq!(found, ["a/low.rs: low uses crate::high"], "{text}");
    }
    assert_eq!(layered("fn f() { crate::m2() }"), ["a/low.rs: low uses crate::m2"], "what the front page declares");
    assert_eq!(layered("use crate::side::f;"), ["a/low.rs: low uses crate::side"], "sideways");
    assert_eq!(layered("#[cfg(all(unix, test))] use crate::side::f;"), [""; 0], "as the plan says of tests");
    assert_eq!(
        layered("#[cfg(test)] use crate::side::f; fn g() { crate::side::f() }"),
        ["a/low.rs: low uses crate::side"]
    );
}

#[test]
fn what_uses_itself_and_what_only_looks_like_a_way_up_is_let_pass() {
    let fine = [
        "pub struct Low; use crate::low::Low as L; use self::inside::X; mod inside { pub struct X; use super::Low; }",
        "//! [`crate::high::Thing`]\n/// See `crate::high`.\n// use crate::high::Thing;\nfn f() {}",
        "fn f() { let text = \"crate::high::Thing\"; }",
        "fn f() -> Tokens { quote! { use crate::high::Thing; } }",
        "mod high { pub fn f() {} } fn g() { high::f(); self::high::f() }",
        "use std::high::Thing; fn f() { axum::high::f(); ::high::f(); high::f() }",
        "/// ```\n/// use crate::high::Thing;\n/// ```\nfn f() {}",
    ];
    for text in fine {
        assert_eq!(layered(text), [""; 0], "{text}");
    }
}

#[test]
fn files_are_found_where_the_compiler_finds_them() {
    let files = [
        ("a/lib.rs", "mod low; mod side; mod high; #[cfg(test)] mod tests;"),
        ("a/low/mod.rs", "mod one; mod two; #[cfg(test)] mod tests;"),
        ("a/low/one.rs", "mod deep; mod inline { mod file; #[path = \"elsewhere.rs\"] mod told; }"),
        ("a/low/one/deep.rs", "use crate::high::A;"),
        ("a/low/one/inline/file.rs", "use crate::high::B;"),
        ("a/low/one/inline/elsewhere.rs", "use crate::high::C;"),
        ("a/low/two.rs", "#[path = \"beside.rs\"] mod told;"),
        ("a/low/beside.rs", "mod next; use crate::high::D;"),
        ("a/low/next.rs", "use crate::high::E;"),
        ("a/low/tests.rs", "use crate::side::f;"),
        ("a/side.rs", ""),
        ("a/high.rs", ""),
        ("a/tests.rs", "use crate::high::F;"),
    ];
    let found = says(rules::layers(&plant(&files).0, &PLAN, &crates(&[])));
    let upward = ["one/deep", "one/inline/file", "one/inline/elsewhere", "beside", "next"];
    let mut expected = upward.map(|file| format!("a/low/{file}.rs: low uses crate::high")).to_vec();
    expected.push("a/tests.rs: `tests` has no layer in crate".to_owned());
    assert_eq!(BTreeSet::from_iter(found), BTreeSet::from_iter(expected));
}

#[test]
fn every_module_has_a_layer_and_every_layer_its_modules() {
    let (target, _) = plant(&[("a/lib.rs", "mod low; mod new;"), ("a/low.rs", ""), ("a/new.rs", "")]);
    let expected = [
        "a/new.rs: `new` has no layer in crate",
        "crate: `side` has a layer and is gone",
        "crate: `high` has a layer and is gone",
    ];
    assert_eq!(says(rules::layers(&target, &PLAN, &crates(&[]))), expected);
}

#[test]
fn layers_are_held_inside_a_folder_and_siblings_where_the_plan_says_so() {
    let inside = |siblings| Layers { below: &["t"], layers: &[&["pipe", "wire"], &["door"]], siblings, tests: &[] };
    let files = [
        ("a/lib.rs", "mod t; mod low;"),
        ("a/low.rs", ""),
        ("a/t/mod.rs", "mod pipe; mod wire; mod door; pub use door::Door; use crate::low;"),
        ("a/t/pipe.rs", "use crate::t::Door; use crate::t::wire::X; use super::wire::Y; use crate::low::Z;"),
        ("a/t/wire.rs", ""),
        ("a/t/door.rs", "use crate::t::{pipe, wire}; use super::Other; use super::Door as Me; pub struct Door;"),
    ];
    let (target, _) = plant(&files);
    let upward = "a/t/pipe.rs: pipe uses crate::t::door";
    let front = "a/t/door.rs: door uses crate::t::Other";
    assert_eq!(says(rules::layers(&target, &inside(true), &crates(&[]))), [upward, front]);
    let sideways = "a/t/pipe.rs: pipe uses crate::t::wire";
    assert_eq!(says(rules::layers(&target, &inside(false), &crates(&[]))), [upward, sideways, front]);
}

/// Judges what a file beside the room names of `name`, which is at home in `a/room`.
fn roomed(name: &str, text: &str) -> Vec<String> {
    let root = "pub use tokio; pub use tokio::net::X; mod room; mod other;";
    let home = format!("use {name} as it;");
    let files = [("a/lib.rs", root), ("a/room/mod.rs", &home), ("a/other.rs", text)];
    let room = Room { name: name.to_owned(), of: "a".to_owned(), only_in: vec!["a/room".to_owned()] };
    says(rules::room(&[&plant(&files).0], &room, &crates(&["tokio", "hyper", "std"])))
}

#[test]
fn what_is_named_outside_of_its_room_is_found_however_it_is_written() {
    let named = [
        "use tokio::net::TcpStream;",
        "use tokio::{io, net::{TcpListener, TcpStream}};",
        "use tokio::net;",
        "use tokio::net::*;",
        "use tokio::*;",
        "use ::tokio::net::X;",
        "use tokio as t; fn f(it: t::net::X) {}",
        "extern crate tokio as t; fn f(it: t::net::X) {}",
        "fn f() { use tokio as t; t::net::f() }",
        "fn f(it: &tokio::net::TcpStream) {}",
        "fn f() { ::tokio::net::f() }",
        "fn f() { vec![tokio::net::f()] }",
        "macro_rules! m { () => { ::tokio::net::f() } }",
        "#[tokio::net::main] fn f() {}",
        "#[cfg(test)] mod tests { use super::*; fn f() { tokio::net::f() } }",
        "mod inside { use super::t::net; } use tokio as t;",
        "use crate::tokio::net::X;",
        "fn f(it: crate::X) {}",
    ];
    for text in named {
        assert_eq!(
            roomed("tokio::net", text),
            ["a/other.rs: names tokio::net, which may be named in a/room"],
            "{text}"
        );
    }
    for text in ["extern crate hyper;", "use hyper;", "use hyper::X;", "fn f() { hyper::f() }", "pub use ::hyper;"] {
        assert_eq!(roomed("hyper", text), ["a/other.rs: names hyper, which may be named in a/room"], "{text}");
    }
    let fine = [
        "use tokio::io; fn f() { tokio::spawn(net::f()) }",
        "use crate::room::it; fn f(it: it::TcpStream) {}",
        "mod tokio { pub mod net {} } use self::tokio::net; fn f() { tokio::net::f() }",
        "// tokio::net\n/// `tokio::net`\nfn f() { \"tokio::net\" }",
        "fn f() { Vec::<u8>::tokio::net(); m!(<T>::tokio::net()) }",
    ];
    for text in fine {
        assert_eq!(roomed("tokio::net", text), [""; 0], "{text}");
    }
}

#[test]
fn a_room_that_does_not_name_what_it_is_given_is_given_too_much() {
    let (target, _) = plant(&[("a/lib.rs", "pub use hyper; mod b;"), ("a/b.rs", "")]);
    let room = Room { name: "hyper".to_owned(), of: String::new(), only_in: vec!["a/b".to_owned()] };
    let wrong = rules::room(&[&target], &room, &crates(&["hyper"]));
    assert_eq!(says(wrong), ["a/b: is a room of hyper and does not name it"]);
}

#[test]
fn rooms_are_what_the_comments_say() {
    let manifest = "[package]\na = \"1\" # named only in b\n[workspace.dependencies]\n# syn = \"0\" # named only in x\n\
                    syn = { version = \"3\" } # reads; named only in a/src, b and tests/it; and why\n\
                    tower-http = \"1\"    # named only in t/\nplain = \"1\" # named in all\n\n[profile]\nz = \"1\" # named only in z\n";
    let rooms: Vec<_> =
        workspace::rooms(manifest).into_iter().map(|room| (room.name, room.only_in.join(" "))).collect();
    let expected = [("syn", "a/src b tests/it"), ("tower_http", "t")];
    assert_eq!(rooms, expected.map(|(name, rooms)| (name.to_owned(), rooms.to_owned())));
}

#[test]
fn a_use_names_one_module() {
    let several = [
        "use crate::{a, b};",
        "use crate::{A};",
        "use crate::a::{b::C, D};",
        "use super::{a::B, c::D};",
        "use crate::a::{{B}};",
        "mod m { fn f() { use crate::{a, b}; } }",
        "#[cfg(test)] mod tests { pub(crate) use crate::{a::B}; }",
    ];
    for text in several {
        assert_eq!(plant(&[("a/lib.rs", text)]).1.len(), 1, "{text}");
    }
    let one = [
        "use crate::a::{B, C as D};",
        "use std::{a::B, c::D};",
        "use super::{A, B};",
        "use crate::a::b::c;",
        "use crate::*;",
    ];
    for text in one {
        assert_eq!(plant(&[("a/lib.rs", text)]).1.len(), 0, "{text}");
    }
}

/// Judges a package that has each kind of dependency once, with this library, test and build script.
fn depending(library: &str, test: &str, build: &str) -> Vec<String> {
    let dependencies = Dependencies {
        package: "a/Cargo.toml".to_owned(),
        normal: crates(&["one"]),
        dev: crates(&["two"]),
        build: crates(&["three"]),
    };
    let target = |kind, text| {
        let files = [("a/lib.rs", text), ("a/page.md", "# Two\n```\nuse two::X;\n```\n")];
        Built { kind, target: plant(&files).0 }
    };
    let built = [target(Kind::Shipped, library), target(Kind::Tried, test), target(Kind::Build, build)];
    says(rules::unused(&dependencies, &built))
}

#[test]
fn a_dependency_that_is_not_named_where_it_is_declared_for_is_found() {
    const NORMAL: &str = "a/Cargo.toml: the dependency `one` is not named";
    const DEV: &str = "a/Cargo.toml: the dev-dependency `two` is not named";
    const BUILD: &str = "a/Cargo.toml: the build-dependency `three` is not named";
    let cases: [(&str, &str, &str, &[&str]); 12] = [
        ("use one::X;", "fn f() { two::f() }", "fn main() { three::main() }", &[]),
        ("pub use one;", "use two as t;", "extern crate three;", &[]),
        ("fn f() { format!(\"{}\", one::f()) }", "#[two::test] fn f() {}", "three::main!();", &[]),
        ("#[derive(one::X)] struct S;", "#[cfg(test)] use two::X;", "use three::*;", &[]),
        ("use one::X; #[cfg(test)] mod tests { use two::X; }", "", "use three::X;", &[]),
        ("use one::X; /// ```\n/// # use two::X;\n/// ```\nfn f() {}", "", "use three::X;", &[]),
        ("use one::X; #[doc = include_str!(\"page.md\")] fn f() {}", "", "use three::X;", &[]),
        ("", "", "", &[NORMAL, DEV, BUILD]),
        ("#[cfg(test)] use one::X;", "use one::X; use two::X;", "use one::X; use three::X;", &[NORMAL]),
        ("use one::X; use two::X;", "use three::X;", "use two::X;", &[DEV, BUILD]),
        ("// one::X\nfn f() { \"one::X\" }", "use two::X;", "use three::X;", &[NORMAL]),
        ("mod one { pub fn f() {} } fn f() { one::f() }", "use two::X;", "use three::X;", &[NORMAL]),
    ];
    for (library, test, build, expected) in cases {
        assert_eq!(depending(library, test, build), expected, "{library} | {test} | {build}");
    }
}

#[test]
fn packages_depend_on_what_the_plan_says() {
    type Packages<'a> = &'a [(&'a str, &'a [&'a str])];
    let plan: Packages<'_> = &[("low", &[]), ("high", &["low"])];
    let judge = |found: Packages<'_>| {
        let depends = found.iter().map(|(package, on)| ((*package).to_owned(), crates(on)));
        says(rules::packages(&depends.collect(), plan))
    };
    assert_eq!(judge(plan), [""; 0]);
    let cases: [(Packages<'_>, &str); 4] = [
        (&[("low", &["high"]), ("high", &["low"])], "low: depends on high"),
        (&[("low", &[]), ("high", &[])], "high: is planned to depend on low and does not"),
        (&[("low", &[]), ("high", &["low"]), ("new", &["low"])], "new: depends on low"),
        (&[("high", &["low"])], "low: is in the plan and gone"),
    ];
    for (found, expected) in cases {
        assert_eq!(judge(found), [expected]);
    }
}

#[test]
fn what_is_known_is_let_pass_until_it_is_put_right() {
    let wrong = || vec![Wrong::new(Path::new("a/b/c.rs"), 7, "is wrong".to_owned())];
    let known = |room, says| rules::but_known(wrong(), &[(room, says, "soon")]);
    for room in ["a/b/c.rs", "a/b/c", "a"] {
        assert_eq!(known(room, "is wrong"), [], "{room}");
    }
    for (room, what) in [("a/b/d.rs", "is wrong"), ("a/b/c.rs", "is odd")] {
        let over = format!("{room}: is not wrong any more: take out of KNOWN: {what}");
        assert_eq!(says(known(room, what)), ["a/b/c.rs: is wrong", &over]);
    }
}
