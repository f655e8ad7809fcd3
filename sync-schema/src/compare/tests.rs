//! Every kind of change that a type can have, in each direction, beside what is said of it.

use expect_test::expect_file;

use super::{Change, compare, promised};
use crate::api::Api;

/// What is changed: a name, the type before and after. `in` and `out` are tried with each, `stored` where it says so.
///
/// Facts are parted by `;`, each `>` is one level below the last; further types follow behind ` / `, each with its name.
const CASES: &[(&str, &str, &str)] = &[
    ("nothing", "field a: string", "field a: string"),
    ("the order of fields", "field a: string; field b: boolean", "field b: boolean; field a: string"),
    ("a type in another place", "field a: `U` / U: field x: null", "field a: `V` / V: field x: null"),
    ("a name for a type", "field a: string", "field a: `U` / U: is string"),
    ("a field that must be there", "field a: string", "field a: string; field b: string"),
    ("a field that may be null", "field a: string", "field a: string; field b: option(string)"),
    (
        "a field with a default",
        "field a: string",
        "field a: string; field b: string; > may be absent in input; > default",
    ),
    ("a field that may be absent", "field a: string", "field a: string; field b: string; > may be absent; > default"),
    ("a field less", "field a: string; field b: string", "field a: string"),
    ("an optional field less", "field a: string; field b: option(string)", "field a: string"),
    (
        "a field less that could be absent",
        "field a: string; field b: string; > may be absent; > default",
        "field a: string",
    ),
    ("another name", "field a: string; field b: boolean", "field c: string; field b: boolean"),
    ("another name beside the old one", "field a: string", "field c: string; > alias a"),
    ("a second name", "field a: string", "field a: string; > alias c"),
    ("a second name less", "field a: string; > alias c", "field a: string"),
    ("a default", "field a: string", "field a: string; > may be absent in input; > default"),
    ("no default", "field a: string; > may be absent in input; > default", "field a: string"),
    (
        "another default",
        "field a: string; > may be absent in input; > default = \"one\"",
        "field a: string; > may be absent in input; > default = \"two\"",
    ),
    ("an option", "field a: string", "field a: option(string)"),
    ("no option", "field a: option(string)", "field a: string"),
    ("an option with a default", "field a: option(string)", "field a: string; > may be absent in input; > default"),
    (
        "left out where empty",
        "field a: list(string); > may be absent in input; > default",
        "field a: list(string); > may be absent; > default",
    ),
    ("always there", "field a: list(string); > may be absent; > default", "field a: list(string)"),
    ("text for a number", "field a: integer 0..=255", "field a: string"),
    ("a wider number", "field a: integer 0..=255", "field a: integer 0..=65535"),
    ("a narrower number", "field a: integer -128..=127", "field a: integer 0..=127"),
    ("a fraction for a whole number", "field a: integer 0..=255", "field a: number to 1.7976931348623157e308"),
    ("a small fraction for a large whole number", "field a: integer 0..=4294967295", "field a: number to 3.4028235e38"),
    ("a small fraction for a small whole number", "field a: integer 0..=65535", "field a: number to 3.4028235e38"),
    ("a large whole number for a small fraction", "field a: number to 3.4028235e38", "field a: integer 0..=4294967295"),
    ("a whole number for a fraction", "field a: number to 3.4028235e38", "field a: integer 0..=255"),
    ("a larger fraction", "field a: number to 3.4028235e38", "field a: number to 1.7976931348623157e308"),
    ("a date for a text", "field a: string", "field a: text date-time"),
    ("a text for a date", "field a: text date", "field a: string"),
    ("a date for a moment", "field a: text date-time", "field a: text date"),
    ("a letter for a text", "field a: string", "field a: char"),
    ("anything", "field a: string", "field a: any"),
    ("something", "field a: any", "field a: string"),
    ("anything for an option", "field a: option(string)", "field a: any"),
    ("a list", "field a: string", "field a: list(string)"),
    ("what a list holds", "field a: list(string)", "field a: list(boolean)"),
    (
        "what a list holds has a field",
        "field a: list(`U`) / U: field x: null",
        "field a: list(`U`) / U: field x: null; field y: null",
    ),
    ("a pair for a list", "field a: list(string)", "field a: tuple(string, string)"),
    ("a list for a pair", "field a: tuple(string, char)", "field a: list(string)"),
    ("three for two", "field a: tuple(string, string)", "field a: tuple(string, string, string)"),
    ("one of a pair", "field a: tuple(string, boolean)", "field a: tuple(string, option(boolean))"),
    ("what a map holds", "field a: map(string, boolean)", "field a: map(string, option(boolean))"),
    ("keys that are numbers", "field a: map(string, boolean)", "field a: map(integer 0..=255, boolean)"),
    ("keys that are any text", "field a: map(integer 0..=255, boolean)", "field a: map(string, boolean)"),
    (
        "more keys",
        "field a: map(`U`, boolean) / U: variants by name; variant x",
        "field a: map(`U`, boolean) / U: variants by name; variant x; variant y",
    ),
    ("a map for a struct", "field a: `U` / U: field x: string", "field a: map(string, string)"),
    ("a variant more", "variants by name; variant x", "variants by name; variant x; variant y"),
    ("a variant less", "variants by name; variant x; variant y", "variants by name; variant x"),
    ("a variant with another name", "variants by name; variant x", "variants by name; variant y"),
    ("a variant with a second name", "variants by name; variant x", "variants by name; variant y; > alias x"),
    ("the order of variants", "variants by name; variant x; variant y", "variants by name; variant y; variant x"),
    ("a variant that holds something", "variants by name; variant x", "variants by name; variant x: string"),
    ("a variant that holds nothing", "variants by name; variant x: string", "variants by name; variant x"),
    ("what a variant holds", "variants by name; variant x: string", "variants by name; variant x: boolean"),
    (
        "a field of a variant",
        "variants by name; variant x: fields; > field a: string",
        "variants by name; variant x: fields; > field a: string; > field b: string",
    ),
    (
        "fields for a struct",
        "variants by name; variant x: `U` / U: field a: string",
        "variants by name; variant x: fields; > field a: string",
    ),
    ("a tag", "variants by name; variant x", "variants by tag kind; variant x"),
    ("another tag", "variants by tag kind; variant x", "variants by tag type; variant x"),
    (
        "a content",
        "variants by tag kind; variant x: `U` / U: field a: null",
        "variants by tag kind, content data; variant x: `U` / U: field a: null",
    ),
    ("a variant more, by tag", "variants by tag kind; variant x", "variants by tag kind; variant x; variant y"),
    (
        "a field of a variant, by tag",
        "variants by tag kind; variant x: fields; > field a: string",
        "variants by tag kind; variant x: fields; > field a: option(string)",
    ),
    (
        "a field where there was none, by tag",
        "variants by tag kind; variant x",
        "variants by tag kind; variant x: fields; > field a: option(string)",
    ),
    (
        "what is in the content",
        "variants by tag kind, content data; variant x: integer 0..=9",
        "variants by tag kind, content data; variant x: integer 0..=10",
    ),
    (
        "a form more",
        "variants by form; variant one: string",
        "variants by form; variant one: string; variant many: list(string)",
    ),
    (
        "a form less",
        "variants by form; variant one: string; variant many: list(string)",
        "variants by form; variant one: string",
    ),
    (
        "forms in another order that are told apart",
        "variants by form; variant one: string; variant many: list(string)",
        "variants by form; variant many: list(string); variant one: string",
    ),
    (
        "a form before one whose values it takes",
        "variants by form; variant one: integer 0..=9; variant any: number to 100",
        "variants by form; variant any: number to 100; variant one: integer 0..=9",
    ),
    (
        "a new form before one whose values it takes",
        "variants by form; variant one: integer 0..=9",
        "variants by form; variant any: number to 100; variant one: integer 0..=9",
    ),
    (
        "a form for what had one",
        "field a: string",
        "field a: `U` / U: variants by form; variant one: string; variant many: list(string)",
    ),
    (
        "one form for several",
        "field a: `U` / U: variants by form; variant one: string; variant many: list(string)",
        "field a: list(string)",
    ),
    (
        "what a form holds",
        "variants by form; variant one: fields; > field a: string",
        "variants by form; variant one: fields; > field b: string",
    ),
    (
        "forms with other names",
        "variants by form; variant one: string; variant two: boolean",
        "variants by form; variant a: boolean; variant b: string",
    ),
    ("a name for a text", "field a: string", "field a: `U` / U: variants by name; variant x"),
    ("a text for a name", "field a: `U` / U: variants by name; variant x", "field a: string"),
    ("a bound", "field a: string", "field a: string; > rule length(max=10)"),
    ("a tighter bound", "field a: string; > rule length(max=10)", "field a: string; > rule length(max=9)"),
    ("a looser bound", "field a: string; > rule length(max=10)", "field a: string; > rule length(max=11)"),
    ("no bound", "field a: string; > rule length(max=10)", "field a: string"),
    (
        "a bound and another code",
        "field a: string; > rule length(max=10)",
        "field a: string; > rule length(max=10,code=\"long\")",
    ),
    ("a rule about the whole", "field a: string", "rule schema(function=is_good); field a: string"),
    (
        "a rule about fields that stand in it",
        "fields of `U` / U: field x: string",
        "fields of `U` / U: rule schema(function=is_good); field x: string",
    ),
    (
        "a rule of what is inside",
        "field a: `U` / U: field x: string",
        "field a: `U` / U: field x: string; > rule email",
    ),
    ("fields of another struct", "field a: string; field x: null", "field a: string; fields of `U` / U: field x: null"),
    (
        "a field more in another struct",
        "fields of `U` / U: field x: null",
        "fields of `U` / U: field x: null; field y: string",
    ),
    (
        "fields of another struct that may not be there",
        "fields of `U` / U: field x: null",
        "fields of option(`U`) / U: field x: null",
    ),
    ("other fields", "field a: string", "field a: string; fields of map(string, any)"),
    ("no other fields", "field a: string; fields of map(string, any)", "field a: string"),
    ("fields of an enum", "field a: string", "field a: string; fields of `U` / U: variants by tag kind; variant x"),
    (
        "a variant more among the fields",
        "fields of `U` / U: variants by tag kind; variant x",
        "fields of `U` / U: variants by tag kind; variant x; variant y",
    ),
    ("what holds itself", "field a: option(`T`)", "field a: option(`T`)"),
    ("what holds itself and a field more", "field a: option(`T`)", "field a: option(`T`); field b: string"),
    ("foreign types", "field a: foreign(Array<Point>)", "field a: foreign(Point[])"),
    ("a list of itself", "is list(`T`)", "is list(`T`)"),
    ("a list of itself and more", "is list(`T`)", "is list(option(`T`))"),
    ("a pair with itself", "is tuple(string, list(`T`))", "is tuple(char, list(`T`))"),
    (
        "forms that hold themselves",
        "variants by form; variant end: boolean; variant pair: tuple(boolean, `T`); variant wrap: `T`; variant more: fields; > field next: `T`",
        "variants by form; variant end: boolean; variant pair: tuple(string, `T`); variant wrap: `T`; variant more: fields; > field next: `T`",
    ),
    ("fields of itself", "field a: string; fields of `T`", "field b: string; fields of `T`"),
    ("two fields that are one now", "field a: string; field b: string", "field a: string; > alias b"),
    ("a newtype of an option", "field a: option(string)", "field a: `U` / U: is option(string)"),
    ("nothing for a struct", "field a: string", "is null"),
];

#[test]
fn every_change_is_told_by_what_it_breaks() {
    let mut told = String::new();
    for (name, old, new) in CASES {
        told.push_str(&format!("# {name}\n- {old}\n+ {new}\n"));
        for place in ["in", "out", "stored"] {
            let changes = compare(&contract(place, old), &contract(place, new));
            for change in &changes {
                let breaks: Vec<_> = change.breaks.iter().map(|breaks| breaks.word()).collect();
                let verdict = if change.is_breaking() { "BREAKS" } else { "fits" };
                let spot = change.at.as_ref().map(|spot| [Some(&spot.key), spot.member.as_ref(), spot.field.as_ref()]);
                let spot: Vec<_> = spot.into_iter().flatten().flatten().map(String::as_str).collect();
                let (kind, path, what) = (change.kind.word(), &change.path, &change.what);
                let help = if change.help.is_empty() { String::new() } else { format!("; {}", change.help) };
                told.push_str(&format!(
                    "{place}: {verdict} {} {kind} at {path} ({}): {what}{help}\n",
                    breaks.join(", "),
                    spot.join(".")
                ));
            }
            if changes.is_empty() {
                told.push_str(&format!("{place}: the same\n"));
            }
        }
        told.push('\n');
    }
    expect_file!["cases.txt"].assert_eq(&told);
}

#[test]
fn a_contract_is_the_same_as_itself_also_behind_its_text() {
    for (name, old, new) in CASES {
        for place in ["in", "out", "stored", "all"] {
            for contract in [contract(place, old), contract(place, new)] {
                assert_eq!(compare(&contract, &contract), [], "{name}");
                let read: Api = contract.promise().to_string().parse().expect("a contract");
                assert_eq!(compare(&contract, &read), [], "{name}");
                assert_eq!(compare(&read, &contract), [], "{name}");
            }
        }
    }
}

/// Whoever keeps what is promised from now on has kept what was promised before: nothing that breaks the first fits the second.
#[test]
fn a_promise_that_was_made_twice_holds_twice() {
    for (name, old, new) in CASES {
        for place in ["in", "out", "stored", "all"] {
            let (old, new) = (contract(place, old), contract(place, new));
            if compare(&old, &new).iter().any(Change::is_breaking) {
                continue;
            }
            let promised: Api = promised(&old, &new).promise().to_string().parse().expect("a contract");
            assert!(!compare(&promised, &new).iter().any(Change::is_breaking), "{name}, {place}: it is kept");
            for (_, before, after) in CASES {
                for third in [contract(place, before), contract(place, after)] {
                    let breaks = |old: &Api| compare(old, &third).iter().any(Change::is_breaking);
                    assert!(
                        !breaks(&old) || breaks(&promised),
                        "{name}, {place}: {}\nthen {}",
                        promised.promise(),
                        third.promise()
                    );
                }
            }
        }
    }
}

fn contract(place: &str, types: &str) -> Api {
    let line = match place {
        "in" => "  in input: `T`\n",
        "out" => "  out output: `T`\n",
        "all" => "  in input: `T`\n  out output: `T`\n  stored: `T`\n",
        _ => "  stored: `T`\n",
    };
    let mut text = format!("request shop/find v1\n{line}");
    for (index, part) in types.split(" / ").enumerate() {
        let (name, facts) = if index == 0 { ("T", part) } else { part.split_once(": ").expect("a name") };
        text.push_str(&format!("type `{name}`\n"));
        for fact in facts.split("; ") {
            let words = fact.trim_start_matches('>');
            text.push_str(&format!("{}{}\n", "  ".repeat(1 + fact.len() - words.len()), words.trim_start()));
        }
    }
    text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

/// Contracts before and after, of what is no type's.
const ROUTES: &[(&str, &str)] = &[
    ("event a/b v1\n", ""),
    ("", "event a/b v1\n"),
    ("event a/b v1\n", "event a/b v2\n"),
    ("event a/b v1\n", "event a/b v1\n  room \"a-{x}\"\n"),
    ("event a/b v1\n  room \"a-{x}\"\n", "event a/b v1\n"),
    ("event a/b v1\n  room \"a-{x}\"\n", "event a/b v1\n  room \"a-{y}\"\n"),
    ("event a/b v1\n  room \"a-{x}\"\n", "event a/b v1\n  room \"{y}\"\n"),
    ("event a/b v1\n  room \"a-{x}\"\n", "event a/b v1\n  room all\n"),
    ("request a/b v1\n  query input: string\n", "request a/b v1\n  in input: string\n"),
    ("request a/b v1\n  in input: string\n", "request a/b v1\n  query input: string\n"),
    ("request a/b v1\n  out stream: never\n", "request a/b v1\n  out stream: string\n"),
    ("request a/b v1\n  out stream: string\n", "request a/b v1\n  out stream: never\n"),
    ("state a/b v1\n  stored: string\n", "state a/b v1\n"),
    ("state a/b v1\n", "state a/b v1\n  stored: string\n"),
    ("rooms \"a-{x}\"\n", ""),
    ("rooms \"a-{x}\"\n", "rooms \"{x}\"\n"),
    ("rooms \"a-{x}\"\n", "rooms \"a-{y}\"\n"),
    ("scopes \"a-{x}\"\n", "scopes \"b-{x}\"\n"),
    ("entity todo in \"a-{x}\" by id: `T`\ntype `T`\n  field id: string\n", ""),
    (
        "entity todo in \"a-{x}\" by id: `T`\ntype `T`\n  field id: string\n",
        "entity todo in \"a-{x}\" by key: `T`\ntype `T`\n  field key: string\n",
    ),
    (
        "entity todo in \"a-{x}\" by id: `T`\ntype `T`\n  field id: string\n",
        "entity todo in \"a-{x}\" by id: `T`\ntype `T`\n  field id: string\n  field done: boolean\n    may be absent in input\n    default\n",
    ),
    ("presence: `T`\npresence in \"a-{x}\"\ntype `T`\n  field mood: string\n", ""),
    (
        "presence: `T`\npresence in \"a-{x}\"\ntype `T`\n  field mood: string\n",
        "presence: `T`\npresence in \"a-{x}\"\ntype `T`\n  field mood: option(string)\n",
    ),
    (
        "session: `T`\ntype `T`\n  field id: string\n",
        "session: `T`\ntype `T`\n  field id: string\n  field role: string\n",
    ),
    (
        "session: `T`\ntype `T`\n  field id: string\n  field role: string\n",
        "session: `T`\ntype `T`\n  field id: string\n",
    ),
    ("public: `T`\ntype `T`\n  field id: string\n", "public: `T`\ntype `T`\n  field id: integer 0..=9\n"),
    (
        "public: foreign(Point)\nforeign `g::Point`\n  called Point\n  type Point = { x: number }\n",
        "public: foreign(Point)\nforeign `h::Point`\n  called Point\n  type Point = { y: number }\n",
    ),
    ("error a-b\n", "error a-c\n"),
    (
        "event a/b v1\n  in i: `T`\nevent a/c v1\n  in i: `T`\ntype `T`\n  field id: string\n",
        "event a/b v1\n  in i: `T`\nevent a/c v1\n  in i: `T`\ntype `T`\n  field id: boolean\n",
    ),
];

#[test]
fn routes_and_what_is_beside_them_are_compared() {
    let told = |old: &str, new: &str| {
        let [old, new]: [Api; 2] =
            [old, new].map(|text| text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}")));
        let changes = compare(&old, &new);
        let line = |change: &super::Change| {
            let verdict = if change.is_breaking() { "BREAKS" } else { "fits" };
            format!("{verdict} {} in {}: {}\n", change.kind.word(), change.origins.join(", "), change.what)
        };
        changes.iter().map(line).collect::<String>()
    };
    let mut all = String::new();
    for (old, new) in ROUTES {
        let shown = |text: &str, sign: &str| text.lines().map(|line| format!("{sign} {line}\n")).collect::<String>();
        all.push_str(&format!("{}{}{}\n", shown(old, "-"), shown(new, "+"), told(old, new)));
    }
    expect_file!["routes.txt"].assert_eq(&all);
}
