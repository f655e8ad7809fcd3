//! ts-rs, both ways: its types in ours, ours in its exports.

use expect_test::{Expect, expect, expect_file};
use serde::{Deserialize, Serialize};
use sync::schema::{InputSchema, InvalidInput, decode, encode};
use sync::wire;
use sync_codegen::emit::typescript;
use sync_tests::foreign::{self, api_of, dashboard::Dashboard, geometry, wires};
use sync_tests::types::shared::{Page, Person, Tag};
use ts_rs::{Config, TS};

#[test]
fn declarations_come_along_with_all_that_they_refer_to() {
    let text = typescript(&foreign::api()).unwrap_or_else(|problems| format!("{problems:#?}"));
    expect_file!["../typescript/foreignTypes.generated.ts"].assert_eq(&text);
}

#[test]
fn the_contract_has_what_foreign_types_say_of_themselves() {
    expect_file!["../typescript/foreignTypes.contract.txt"].assert_eq(&foreign::api().to_string());
}

/// Decodes each line of `inputs` and writes what came out beside it.
#[track_caller]
fn check(inputs: &[&str], expected: Expect) {
    let schema = InputSchema::of::<wires::Draw>();
    let lines = inputs.iter().map(|json| match decode::<wires::Draw>(&schema, json) {
        Ok(value) => format!("{}\n", String::from_utf8_lossy(&encode(&value).expect("JSON"))),
        Err(InvalidInput { path, reason }) => format!("{path}: {reason}\n"),
    });
    expected.assert_eq(&lines.collect::<String>());
}

const BY: &str = r#""by":{"userId":"1","name":"Ada"},"how":"plain"}"#;

#[test]
fn input_is_checked_by_the_types_own_serde() {
    let input = |rest: &str| format!("{{{rest},{BY}");
    let inputs = [
        input(r#""at":{"x":1,"y":2}"#),
        input(r#""at":{"x":1,"y":2},"figure":{"kind":"circle","centerPoint":{"x":0,"y":0},"radius":1.5},"others":[]"#),
        // What serde lets through.
        input(r#""at":[1,2]"#),
        input(r#""at":{"x":1,"y":2,"z":3}"#),
        // What it refuses.
        input(r#""at":{"x":1}"#),
        input(r#""at":{"x":1,"y":"2"}"#),
        input(r#""at":{"x":1,"y":2},"others":[{"kind":"polygon","corners":[{"x":1}]}]"#),
        input(r#""at":{"x":1,"y":2},"figure":{"kind":"circle","radius":1,"zzz":1}"#),
        // What is ours is checked as ever.
        input(r#""at":{"x":1,"y":2},"zzz":1"#),
        input(r#""figure":null"#),
        format!(r#"{{"at":{{"x":{}1{}}},{BY}"#, "[".repeat(100), "]".repeat(100)),
    ];
    check(
        &inputs.each_ref().map(String::as_str),
        expect![[r#"
        {"at":{"x":1.0,"y":2.0},"figure":null,"others":[],"by":{"userId":"1","name":"Ada"},"how":"plain"}
        {"at":{"x":1.0,"y":2.0},"figure":{"kind":"circle","centerPoint":{"x":0.0,"y":0.0},"radius":1.5},"others":[],"by":{"userId":"1","name":"Ada"},"how":"plain"}
        {"at":{"x":1.0,"y":2.0},"figure":null,"others":[],"by":{"userId":"1","name":"Ada"},"how":"plain"}
        {"at":{"x":1.0,"y":2.0},"figure":null,"others":[],"by":{"userId":"1","name":"Ada"},"how":"plain"}
        at: invalid-format
        at.y: invalid-format
        others[0]: invalid-format
        figure: invalid-format
        zzz: unknown-field
        at: missing
        at[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: too-deep
    "#]],
    );
}

#[test]
fn whole_numbers_of_64_bits_are_exact_or_an_error() {
    #[wire]
    struct Size(#[wire(ts)] u64);
    let of = |number| encode(&Size(number)).ok().map(|json| String::from_utf8_lossy(&json).into_owned());
    assert_eq!(of((1 << 53) - 1).as_deref(), Some("9007199254740991"));
    assert_eq!(of(1 << 53), None);
}

/// Two types of one name, neither of which is ours.
mod here {
    #[derive(Debug, Clone, super::Serialize, super::Deserialize, super::TS)]
    pub struct Point {
        pub here: bool,
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
struct Record {
    a: i32,
}

#[track_caller]
fn check_clash<T: sync::Wire>(expected: Expect) {
    let problems = typescript(&api_of::<(), T>()).expect_err("a clash");
    expected.assert_eq(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

#[test]
fn two_types_of_one_name_are_told_with_both_paths() {
    #[wire]
    struct Foreign {
        #[wire(ts)]
        theirs: geometry::Point,
        #[wire(ts)]
        here: here::Point,
    }
    check_clash::<Foreign>(expect![[r#"
        error: it is called `Point` in TypeScript, as `it::foreign::here::Point` is
          --> sync_tests::foreign::geometry::Point
          = help: rename one of them: `#[ts(rename = "…")]` on a type of ts-rs, `#[serde(rename = "…")]` on a wire type
    "#]]);

    #[wire]
    #[serde(rename = "Point")]
    struct OwnPoint {
        #[wire(ts)]
        theirs: Vec<geometry::Point>,
    }
    check_clash::<OwnPoint>(expect![[r#"
        error: it is called `Point` in TypeScript, as `it::foreign::two_types_of_one_name_are_told_with_both_paths::OwnPoint` is
          --> sync_tests::foreign::geometry::Point
          = help: rename one of them: `#[ts(rename = "…")]` on a type of ts-rs, `#[serde(rename = "…")]` on a wire type
    "#]]);

    #[wire]
    struct Special(#[wire(ts)] Record);
    check_clash::<Special>(expect![[r#"
        error: it is called `Record` in TypeScript, which means something else there
          --> it::foreign::Record
          = help: rename one of them: `#[ts(rename = "…")]` on a type of ts-rs, `#[serde(rename = "…")]` on a wire type
    "#]]);
}

#[test]
fn a_wire_type_that_is_called_otherwise_here_is_an_alias() {
    #[wire]
    struct Elsewhere {
        tag: Tag,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, TS)]
    struct Theirs {
        own: Elsewhere,
    }

    #[wire]
    struct Both {
        own: Elsewhere,
        #[wire(ts)]
        theirs: Theirs,
    }
    let text = typescript(&api_of::<(), Both>()).expect("types");
    let lines = text.lines().filter(|line| line.contains("Elsewhere") || line.contains("Theirs"));
    expect![[r#"
        export type Elsewhere = ItForeignElsewhere;
          own: ItForeignElsewhere;
          theirs: Theirs;
        export interface ItForeignElsewhere {
        export type Theirs = { own: Elsewhere, };
    "#]]
    .assert_eq(&lines.map(|line| format!("{line}\n")).collect::<String>());
}

/// Everything that ts-rs exports with `T`, by file.
fn exported<T: TS + 'static>() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    T::export_all(&Config::new().with_out_dir(folder.path())).expect("an export");
    let files = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let text = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a file");
        let (_header, text) = text.split_once('\n').expect("a header");
        let name = path.file_name().expect("a name").to_string_lossy();
        format!("// {name}\n{}\n\n", text.trim_end())
    };
    files.iter().map(text).collect()
}

#[test]
fn wire_types_are_exported_by_ts_rs() {
    expect_file!["../typescript/exportedByTsRs.txt"].assert_eq(&exported::<Dashboard>());
}

#[test]
fn a_wire_type_is_in_exports_what_the_server_sends() {
    let config = Config::new();
    assert_eq!(Person::name(&config), "Person");
    assert_eq!(Page::<Person>::decl(&config), "type PagePerson = { items: Person[]; next: Person | null };");
    assert_eq!(wires::Marker::inline(&config), "Point");
    assert_eq!(Vec::<Option<Tag>>::name(&config), "Array<Tag | null>");
}
