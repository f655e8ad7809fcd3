//! From JSON text to an input that has passed every check.

use super::locate::locate;
use super::{InputSchema, InvalidInput, Path, Wire};

/// Reads `json` as the input of a route: shape, then value, then rules.
///
/// `schema` is that of `T`, built once. The happy path allocates nothing beyond the value, except where an enum has its tag inside.
///
/// # Errors
///
/// The first thing that is wrong: in the order of the text for the shape, in the order of the fields for the rules.
///
/// # Examples
///
/// ```
/// use sync::schema::{InputSchema, decode};
///
/// #[sync::wire]
/// struct Tag {
///     #[validate(range(max = 10))]
///     weight: u32,
/// }
///
/// let schema = InputSchema::of::<Vec<Tag>>();
/// let tags: Vec<Tag> = decode(&schema, r#"[{ "weight": 3 }]"#)?;
/// assert_eq!(tags[0].weight, 3);
///
/// let refused = decode::<Vec<Tag>>(&schema, r#"[{ "weight": 3 }, { "weight": 11 }]"#).unwrap_err();
/// assert_eq!((refused.path.as_str(), refused.reason.as_ref()), ("[1].weight", "range"));
/// # Ok::<(), sync::schema::InvalidInput>(())
/// ```
pub fn decode<T: Wire>(schema: &InputSchema, json: &str) -> Result<T, InvalidInput> {
    schema.check(json)?;
    let input: T = match serde_json::from_str(json) {
        Ok(input) => input,
        Err(error) => return Err(refused_by_serde(json, &error, &|json| serde_json::from_str::<T>(json).is_ok())),
    };
    input.check_rules(&Path::top())?;
    Ok(input)
}

/// Says where serde refuses what fits the shape: a format that only the type itself knows.
fn refused_by_serde(json: &str, error: &serde_json::Error, reads: &dyn Fn(&str) -> bool) -> InvalidInput {
    InvalidInput { path: locate(json, offset(json, error), reads), reason: "invalid-format".into() }
}

/// Where in the text serde stopped, in bytes.
fn offset(json: &str, error: &serde_json::Error) -> usize {
    let lines = json.split_inclusive('\n').take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap, HashSet};

    use expect_test::{Expect, expect};

    use super::*;
    use crate::wire;

    /// Decodes each line of `inputs` and writes what came out beside it.
    #[track_caller]
    fn check<T: Wire>(inputs: &[&str], expected: Expect) {
        let schema = InputSchema::of::<T>();
        let lines = inputs.iter().map(|json| match decode::<T>(&schema, json) {
            Ok(value) => format!("{json} => {value:?}\n"),
            Err(InvalidInput { path, reason }) => format!("{json} => {path}: {reason}\n"),
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[wire]
    struct Amount {
        amount: i32,
        note_text: Option<String>,
        #[serde(default)]
        tags: Vec<Tag>,
    }

    #[wire]
    struct Tag {
        name: String,
        #[validate(range(max = 10, code = "too_heavy"))]
        weight: u8,
    }

    #[test]
    fn a_struct_takes_an_object_with_its_fields_and_nothing_else() {
        check::<Amount>(
            &[
                r#"{"amount":5}"#,
                r#"{"noteText":"a","amount":5,"tags":[]}"#,
                r#"{"amount":5,"noteText":null}"#,
                r#"[5,null,[]]"#,
                r#"null"#,
                r#""a""#,
                r#"{}"#,
                r#"{"amount":5,"note_text":"a"}"#,
                r#"{"amount":5,"__proto__":{}}"#,
                r#"{"amount":5,"amount":5}"#,
                r#"{"amount":"5"}"#,
                r#"{"amount":5.5}"#,
                r#"{"amount":2147483648}"#,
                r#"{"amount":1e400}"#,
                r#"{"amount":99999999999999999999}"#,
                r#"{"amount":null}"#,
                r#"{"amount":5,"tags":null}"#,
                r#"{"amount":5"#,
                r#"{"amount":5}}"#,
                r#""#,
            ],
            expect![[r#"
                {"amount":5} => Amount { amount: 5, note_text: None, tags: [] }
                {"noteText":"a","amount":5,"tags":[]} => Amount { amount: 5, note_text: Some("a"), tags: [] }
                {"amount":5,"noteText":null} => Amount { amount: 5, note_text: None, tags: [] }
                [5,null,[]] => : expected-object
                null => : expected-object
                "a" => : expected-object
                {} => amount: missing
                {"amount":5,"note_text":"a"} => note_text: unknown-field
                {"amount":5,"__proto__":{}} => __proto__: unknown-field
                {"amount":5,"amount":5} => amount: duplicate-field
                {"amount":"5"} => amount: expected-integer
                {"amount":5.5} => amount: expected-integer
                {"amount":2147483648} => amount: out-of-range
                {"amount":1e400} => amount: invalid-json
                {"amount":99999999999999999999} => amount: out-of-range
                {"amount":null} => amount: expected-integer
                {"amount":5,"tags":null} => tags: expected-array
                {"amount":5 => : invalid-json
                {"amount":5}} => : invalid-json
                 => : invalid-json
            "#]],
        );
    }

    #[test]
    fn places_are_told_in_wire_names_and_the_first_one_counts() {
        check::<Amount>(
            &[
                r#"{"amount":1,"tags":[{"name":"a","weight":1},{"name":"b","weight":300}]}"#,
                r#"{"amount":1,"tags":[{"name":"a","weight":1},{"name":"b","weight":11}]}"#,
                r#"{"amount":1,"tags":[{"name":"a","weight":1,"x":1}]}"#,
                r#"{"amount":1,"tags":[["a",1]]}"#,
                r#"{"amount":1,"tags":[{"weight":1}]}"#,
                r#"{"zzz":1,"amount":"1"}"#,
                r#"{"amount":"1","zzz":1}"#,
                r#"{"amount":1,"tags":[{"name":"\ud800","weight":1}]}"#,
                r#"{"\u0061mount":1}"#,
            ],
            expect![[r#"
                {"amount":1,"tags":[{"name":"a","weight":1},{"name":"b","weight":300}]} => tags[1].weight: out-of-range
                {"amount":1,"tags":[{"name":"a","weight":1},{"name":"b","weight":11}]} => tags[1].weight: too-heavy
                {"amount":1,"tags":[{"name":"a","weight":1,"x":1}]} => tags[0].x: unknown-field
                {"amount":1,"tags":[["a",1]]} => tags[0]: expected-object
                {"amount":1,"tags":[{"weight":1}]} => tags[0].name: missing
                {"zzz":1,"amount":"1"} => zzz: unknown-field
                {"amount":"1","zzz":1} => amount: expected-integer
                {"amount":1,"tags":[{"name":"\ud800","weight":1}]} => tags[0].name: invalid-json
                {"\u0061mount":1} => Amount { amount: 1, note_text: None, tags: [] }
            "#]],
        );
    }

    #[wire]
    enum External {
        Unit,
        #[serde(alias = "oldPair")]
        Pair(i32, String),
        One(Tag),
        Named {
            the_value: bool,
        },
    }

    #[test]
    fn an_enum_takes_one_variant() {
        check::<External>(
            &[
                r#""unit""#,
                r#"{"pair":[1,"a"]}"#,
                r#"{"oldPair":[1,"a"]}"#,
                r#"{"one":{"name":"a","weight":1}}"#,
                r#"{"named":{"theValue":true}}"#,
                r#"{"unit":null}"#,
                r#""pair""#,
                r#""zzz""#,
                r#"{"zzz":1}"#,
                r#"{}"#,
                r#"{"pair":[1]}"#,
                r#"{"pair":[1,"a",2]}"#,
                r#"{"named":{"theValue":true},"unit":1}"#,
                r#"{"named":{"theValue":true,"x":1}}"#,
                r#"{"named":[true]}"#,
                r#"{"one":{"name":"a","weight":11}}"#,
                r#"5"#,
            ],
            expect![[r#"
                "unit" => Unit
                {"pair":[1,"a"]} => Pair(1, "a")
                {"oldPair":[1,"a"]} => Pair(1, "a")
                {"one":{"name":"a","weight":1}} => One(Tag { name: "a", weight: 1 })
                {"named":{"theValue":true}} => Named { the_value: true }
                {"unit":null} => : expected-string
                "pair" => : expected-object
                "zzz" => : unknown-variant
                {"zzz":1} => : unknown-variant
                {} => : unknown-variant
                {"pair":[1]} => pair: wrong-length
                {"pair":[1,"a",2]} => pair: wrong-length
                {"named":{"theValue":true},"unit":1} => unit: unknown-field
                {"named":{"theValue":true,"x":1}} => named.x: unknown-field
                {"named":[true]} => named: expected-object
                {"one":{"name":"a","weight":11}} => one.weight: too-heavy
                5 => : unknown-variant
            "#]],
        );
    }

    #[wire]
    #[serde(tag = "kind")]
    enum Internal {
        Unit,
        Named { the_value: bool, note: Option<String> },
        One(Tag),
        More(Box<Inner>),
        Rest(BTreeMap<String, i32>),
    }

    #[wire]
    #[serde(tag = "inner")]
    enum Inner {
        A,
        B { x: i32 },
    }

    #[test]
    fn a_tag_may_come_late_and_nothing_may_stand_beside_a_unit_variant() {
        check::<Internal>(
            &[
                r#"{"kind":"unit"}"#,
                r#"{"kind":"named","theValue":true}"#,
                r#"{"theValue":true,"kind":"named"}"#,
                r#"{"name":"a","kind":"one","weight":1}"#,
                r#"{"x":1,"inner":"b","kind":"more"}"#,
                r#"{"kind":"more","inner":"a"}"#,
                r#"{"a":1,"kind":"rest"}"#,
                r#"{"kind":"unit","x":1}"#,
                r#"{"x":1,"kind":"unit"}"#,
                r#"{"kind":"named"}"#,
                r#"{"theValue":1,"kind":"named"}"#,
                r#"{"kind":"zzz"}"#,
                r#"{"kind":0}"#,
                r#"{"x":1}"#,
                r#"{"kind":"unit","kind":"unit"}"#,
                r#"["unit"]"#,
                r#"{"kind":"one","name":"a","weight":11}"#,
                r#"{"kind":"more","inner":"b","x":"1"}"#,
                r#"{"kind":"more"}"#,
                r#"{"kind":"rest","a":"x"}"#,
            ],
            expect![[r#"
                {"kind":"unit"} => Unit
                {"kind":"named","theValue":true} => Named { the_value: true, note: None }
                {"theValue":true,"kind":"named"} => Named { the_value: true, note: None }
                {"name":"a","kind":"one","weight":1} => One(Tag { name: "a", weight: 1 })
                {"x":1,"inner":"b","kind":"more"} => More(B { x: 1 })
                {"kind":"more","inner":"a"} => More(A)
                {"a":1,"kind":"rest"} => Rest({"a": 1})
                {"kind":"unit","x":1} => x: unknown-field
                {"x":1,"kind":"unit"} => x: unknown-field
                {"kind":"named"} => theValue: missing
                {"theValue":1,"kind":"named"} => theValue: expected-boolean
                {"kind":"zzz"} => kind: unknown-variant
                {"kind":0} => kind: expected-string
                {"x":1} => kind: missing
                {"kind":"unit","kind":"unit"} => kind: duplicate-field
                ["unit"] => : expected-object
                {"kind":"one","name":"a","weight":11} => weight: too-heavy
                {"kind":"more","inner":"b","x":"1"} => x: expected-integer
                {"kind":"more"} => inner: missing
                {"kind":"rest","a":"x"} => a: expected-integer
            "#]],
        );
    }

    #[wire]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Unit,
        One(i32),
        Named { x: i32 },
    }

    #[test]
    fn content_belongs_to_its_tag() {
        check::<Adjacent>(
            &[
                r#"{"t":"unit"}"#,
                r#"{"t":"one","c":1}"#,
                r#"{"c":1,"t":"one"}"#,
                r#"{"c":{"x":1},"t":"named"}"#,
                r#"{"t":"unit","c":null}"#,
                r#"{"t":"one"}"#,
                r#"{"c":1}"#,
                r#"{"c":{"x":"1"},"t":"named"}"#,
                r#"{"t":"named","c":{"x":1,"y":1}}"#,
                r#"{"t":"one","c":1,"d":1}"#,
            ],
            expect![[r#"
                {"t":"unit"} => Unit
                {"t":"one","c":1} => One(1)
                {"c":1,"t":"one"} => One(1)
                {"c":{"x":1},"t":"named"} => Named { x: 1 }
                {"t":"unit","c":null} => c: unknown-field
                {"t":"one"} => c: missing
                {"c":1} => t: missing
                {"c":{"x":"1"},"t":"named"} => c.x: expected-integer
                {"t":"named","c":{"x":1,"y":1}} => c.y: unknown-field
                {"t":"one","c":1,"d":1} => d: unknown-field
            "#]],
        );
    }

    #[wire]
    #[serde(untagged)]
    enum Untagged {
        Small { x: i32 },
        Large { x: i32, y: i32 },
        Many(Vec<i32>),
        Text(String),
        Nothing,
    }

    #[test]
    fn without_a_tag_the_first_variant_that_fits_is_taken_and_never_one_that_does_not() {
        check::<Untagged>(
            &[
                r#"{"x":1}"#,
                r#"{"x":1,"y":2}"#,
                r#"[1,2,3]"#,
                r#""a""#,
                r#"null"#,
                r#"{"x":1,"z":2}"#,
                r#"true"#,
                r#"[1]"#,
            ],
            expect![[r#"
                {"x":1} => Small { x: 1 }
                {"x":1,"y":2} => Large { x: 1, y: 2 }
                [1,2,3] => Many([1, 2, 3])
                "a" => Text("a")
                null => Nothing
                {"x":1,"z":2} => : no-variant-matches
                true => : no-variant-matches
                [1] => Many([1])
            "#]],
        );
    }

    #[wire]
    struct Flat {
        id: i32,
        #[serde(flatten)]
        tag: Tag,
        #[serde(flatten)]
        inner: Inner,
    }

    #[wire]
    struct Open {
        id: i32,
        #[serde(flatten)]
        rest: HashMap<String, Tag>,
    }

    #[test]
    fn flattened_fields_stand_in_the_outer_object() {
        check::<Flat>(
            &[
                r#"{"id":1,"name":"a","weight":1,"inner":"b","x":1}"#,
                r#"{"x":1,"weight":1,"name":"a","inner":"b","id":1}"#,
                r#"{"id":1,"name":"a","weight":1,"inner":"a","x":1}"#,
                r#"{"id":1,"name":"a","weight":1,"inner":"a","zzz":1}"#,
                r#"{"id":1,"name":"a","weight":11,"inner":"a"}"#,
                r#"{"id":1,"name":"a","inner":"a"}"#,
                r#"{"id":1,"name":"a","weight":1}"#,
                r#"[1]"#,
            ],
            expect![[r#"
                {"id":1,"name":"a","weight":1,"inner":"b","x":1} => Flat { id: 1, tag: Tag { name: "a", weight: 1 }, inner: B { x: 1 } }
                {"x":1,"weight":1,"name":"a","inner":"b","id":1} => Flat { id: 1, tag: Tag { name: "a", weight: 1 }, inner: B { x: 1 } }
                {"id":1,"name":"a","weight":1,"inner":"a","x":1} => x: unknown-field
                {"id":1,"name":"a","weight":1,"inner":"a","zzz":1} => zzz: unknown-field
                {"id":1,"name":"a","weight":11,"inner":"a"} => weight: too-heavy
                {"id":1,"name":"a","inner":"a"} => weight: missing
                {"id":1,"name":"a","weight":1} => inner: missing
                [1] => : expected-object
            "#]],
        );
        check::<Open>(
            &[
                r#"{"id":1,"a":{"name":"a","weight":1}}"#,
                r#"{"id":1,"a":{"name":"a","weight":11},"b":{"name":"a","weight":11}}"#,
                r#"{"id":1,"a":{"name":"a"}}"#,
                r#"{"id":1,"a":1}"#,
            ],
            expect![[r#"
                {"id":1,"a":{"name":"a","weight":1}} => Open { id: 1, rest: {"a": Tag { name: "a", weight: 1 }} }
                {"id":1,"a":{"name":"a","weight":11},"b":{"name":"a","weight":11}} => a.weight: too-heavy
                {"id":1,"a":{"name":"a"}} => a.weight: missing
                {"id":1,"a":1} => a: expected-object
            "#]],
        );
    }

    #[wire]
    enum FlatExternal {
        Unit,
        Value(i32),
    }

    #[wire]
    struct AroundExternal {
        id: i32,
        #[serde(flatten)]
        choice: FlatExternal,
    }

    #[wire]
    struct AroundAdjacent {
        id: i32,
        #[serde(flatten)]
        choice: Adjacent,
    }

    #[test]
    fn flattened_enums_stand_in_the_outer_object() {
        check::<AroundExternal>(
            &[
                r#"{"id":1,"value":1}"#,
                r#"{"value":1,"id":1}"#,
                r#"{"unit":null,"id":1}"#,
                r#"{"id":1}"#,
                r#"{"value":"1","id":1}"#,
                r#"{"value":1,"unit":null,"id":1}"#,
            ],
            expect![[r#"
                {"id":1,"value":1} => AroundExternal { id: 1, choice: Value(1) }
                {"value":1,"id":1} => AroundExternal { id: 1, choice: Value(1) }
                {"unit":null,"id":1} => AroundExternal { id: 1, choice: Unit }
                {"id":1} => : unknown-variant
                {"value":"1","id":1} => value: expected-integer
                {"value":1,"unit":null,"id":1} => unit: unknown-field
            "#]],
        );
        check::<AroundAdjacent>(
            &[
                r#"{"id":1,"t":"one","c":1}"#,
                r#"{"c":1,"id":1,"t":"one"}"#,
                r#"{"id":1,"t":"unit"}"#,
                r#"{"id":1,"t":"unit","c":1}"#,
                r#"{"id":1,"c":1}"#,
            ],
            expect![[r#"
                {"id":1,"t":"one","c":1} => AroundAdjacent { id: 1, choice: One(1) }
                {"c":1,"id":1,"t":"one"} => AroundAdjacent { id: 1, choice: One(1) }
                {"id":1,"t":"unit"} => AroundAdjacent { id: 1, choice: Unit }
                {"id":1,"t":"unit","c":1} => c: unknown-field
                {"id":1,"c":1} => t: missing
            "#]],
        );
    }

    #[wire]
    #[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
    enum Color {
        DarkRed,
        Green,
    }

    #[wire]
    struct Std {
        map: BTreeMap<u16, bool>,
        colors: HashMap<Color, f32>,
        set: HashSet<Color>,
        pair: (i8, char),
        three: [u32; 3],
        at: chrono::DateTime<chrono::Utc>,
        on: Option<chrono::NaiveDate>,
        any: serde_json::Value,
        #[wire(number)]
        big: Option<Vec<u64>>,
        nothing: (),
    }

    const STD: &str = r#"{"map":{"1":true},"colors":{"darkRed":1.5},"set":["green"],"pair":[-1,"ä"],"three":[1,2,3],"at":"2024-02-29T12:00:00Z","on":"2024-02-29","any":[{"a":null}],"big":[9007199254740991],"nothing":null}"#;

    #[test]
    fn types_of_the_standard_library_are_checked_to_their_limits() {
        let changed = [
            ("", ""),
            (r#"{"1":true}"#, r#"{"65536":true}"#),
            (r#"{"1":true}"#, r#"{"01":true}"#),
            (r#"{"1":true}"#, r#"{"a":true}"#),
            ("darkRed", "blue"),
            ("1.5", "1e39"),
            ("1.5", r#""1""#),
            (r#"["green"]"#, r#"["blue"]"#),
            ("ä", "ab"),
            ("ä", ""),
            ("[-1,", "[-129,"),
            ("[1,2,3]", "[1,2]"),
            ("[1,2,3]", "[1,2,3,4]"),
            ("[1,2,3]", "[1,2,-3]"),
            ("12:00:00Z", "12:00:00"),
            ("2024-02-29\"", "2023-02-29\""),
            ("9007199254740991", "9007199254740992"),
            ("9007199254740991", "-1"),
            (r#""nothing":null"#, r#""nothing":0"#),
            (r#""any":[{"a":null}],"#, ""),
        ];
        let inputs: Vec<String> = changed.iter().map(|(from, to)| STD.replacen(from, to, 1)).collect();
        let schema = InputSchema::of::<Std>();
        let results = inputs.iter().zip(changed).map(|(json, (_, to))| match decode::<Std>(&schema, json) {
            Ok(_) => format!("{to} => ok\n"),
            Err(InvalidInput { path, reason }) => format!("{to} => {path}: {reason}\n"),
        });
        expect![[r#"
             => ok
            {"65536":true} => map.65536: out-of-range
            {"01":true} => map.01: expected-integer
            {"a":true} => map.a: expected-integer
            blue => colors.blue: unknown-variant
            1e39 => colors.darkRed: out-of-range
            "1" => colors.darkRed: expected-number
            ["blue"] => set[0]: unknown-variant
            ab => pair[1]: invalid-format
             => pair[1]: invalid-format
            [-129, => pair[0]: out-of-range
            [1,2] => three: wrong-length
            [1,2,3,4] => three: wrong-length
            [1,2,-3] => three[2]: out-of-range
            12:00:00 => at: invalid-format
            2023-02-29" => on: invalid-format
            9007199254740992 => big[0]: out-of-range
            -1 => big[0]: out-of-range
            "nothing":0 => nothing: expected-null
             => any: missing
        "#]]
        .assert_eq(&results.collect::<String>());
    }

    #[wire]
    struct Nested {
        inner: Option<Box<Nested>>,
        list: Option<Vec<Nested>>,
        any: Option<serde_json::Value>,
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_without_using_up_the_stack() {
        let nest = |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
        let schema = InputSchema::of::<Nested>();
        let reason =
            |json: &str| decode::<Nested>(&schema, json).map(|_| ()).map_err(|error| error.reason.into_owned());
        let json = |times| nest(r#"{"inner":"#, "}", times).replace(":}", ":null}");
        assert_eq!(reason(&json(64)), Ok(()));
        assert_eq!(reason(&json(65)), Err("too-deep".into()));
        assert_eq!(reason(&json(100_000)), Err("too-deep".into()));
        assert_eq!(reason(&format!(r#"{{"any":{}}}"#, nest("[", "]", 63))), Ok(()));
        assert_eq!(reason(&format!(r#"{{"any":{}}}"#, nest("[", "]", 64))), Err("too-deep".into()));
        assert_eq!(reason(&nest("[", "]", 100_000)), Err("expected-object".into()));
    }

    #[wire]
    #[serde(untagged)]
    enum Ambiguous {
        A { next: Box<Ambiguous> },
        B { next: Box<Ambiguous> },
        C { next: Box<Ambiguous> },
        End(bool),
    }

    #[test]
    fn enums_without_tags_cannot_be_made_to_search_for_ever() {
        let schema = InputSchema::of::<Ambiguous>();
        let json = format!("{}1{}", r#"{"next":"#.repeat(60), "}".repeat(60));
        assert_eq!(decode::<Ambiguous>(&schema, &json).unwrap_err().reason, "too-deep");
    }

    #[wire]
    struct Buffered {
        next: Box<Lenient>,
        a: bool,
    }

    #[wire]
    #[serde(untagged)]
    enum Lenient {
        Flat {
            #[serde(flatten)]
            buffered: Buffered,
        },
        Plain {
            next: Box<Lenient>,
            b: bool,
        },
        End(bool),
    }

    #[test]
    fn serde_cannot_be_made_to_search_for_ever_either() {
        let schema = InputSchema::of::<Lenient>();
        // The first variant is out at `b` for us; serde reads on, twice as long at each level.
        let json = |times| format!("{}true{}", r#"{"b":true,"next":"#.repeat(times), "}".repeat(times));
        assert!(decode::<Lenient>(&schema, &json(5)).is_ok());
        assert_eq!(decode::<Lenient>(&schema, &json(60)).unwrap_err().reason, "too-deep");
        let spaces = " ".repeat(1_000_000);
        assert_eq!(decode::<Lenient>(&schema, &(spaces + &json(60))).unwrap_err().reason, "too-deep");
    }

    #[wire]
    #[serde(untagged)]
    enum Chain {
        End(bool),
        Pair(bool, Box<Chain>),
        More { next: Box<Chain> },
    }

    #[test]
    fn how_deep_an_input_may_be_nested_is_configured() {
        let read = |nesting: usize, json: &str| {
            decode::<Vec<Vec<i32>>>(&InputSchema::of::<Vec<Vec<i32>>>().nested(nesting), json)
                .map_err(|error| error.reason)
        };
        assert_eq!(read(2, "[[1]]"), Ok(vec![vec![1]]));
        assert_eq!(read(1, "[[1]]").expect_err("too deep"), "too-deep");
        assert_eq!(read(1, "[]"), Ok(Vec::new()));
    }

    #[test]
    fn enums_without_tags_may_lie_inside_each_other_to_the_limit_of_nesting() {
        let schema = InputSchema::of::<Chain>();
        let json = format!("{}true{}", r#"{"next":"#.repeat(64), "}".repeat(64));
        assert!(decode::<Chain>(&schema, &json).is_ok());
    }

    #[wire]
    struct Plain {
        name: String,
        weight: u8,
        note: Option<bool>,
    }

    #[wire]
    #[serde(untagged)]
    enum Ordered {
        Unknown {
            #[serde(flatten)]
            tag: Tag,
        },
        Beside(Inner),
        Whole(Plain),
        Known {
            name: String,
            weight: u8,
            note: bool,
        },
        Any(serde_json::Value),
    }

    #[test]
    fn what_serde_takes_for_an_earlier_variant_is_refused() {
        check::<Ordered>(
            &[
                r#"{"name":"a","weight":1}"#,
                // serde ignores what it does not know where it has to buffer.
                r#"{"name":"a","weight":1,"note":true}"#,
                r#"{"name":"a","weight":11}"#,
                r#"{"inner":"a","x":1}"#,
                // serde takes a list for a struct, and for the tag of a unit variant.
                r#"["a"]"#,
                r#"["a",1,true]"#,
                r#"["a",1]"#,
                r#"["b"]"#,
                r#"[true]"#,
                r#"{"note":true}"#,
            ],
            expect![[r#"
                {"name":"a","weight":1} => Unknown { tag: Tag { name: "a", weight: 1 } }
                {"name":"a","weight":1,"note":true} => : no-variant-matches
                {"name":"a","weight":11} => weight: too-heavy
                {"inner":"a","x":1} => : no-variant-matches
                ["a"] => : no-variant-matches
                ["a",1,true] => : no-variant-matches
                ["a",1] => Any(Array [String("a"), Number(1)])
                ["b"] => Any(Array [String("b")])
                [true] => Any(Array [Bool(true)])
                {"note":true} => Any(Object {"note": Bool(true)})
            "#]],
        );
    }

    #[wire]
    struct Page<T> {
        items: Vec<T>,
        next: Option<T>,
    }

    #[wire]
    struct Grid<const N: usize> {
        cells: [[i16; N]; N],
    }

    #[wire]
    #[serde(transparent)]
    struct Id {
        value: String,
    }

    #[test]
    fn generic_types_travel() {
        check::<Page<Id>>(
            &[r#"{"items":["a"]}"#, r#"{"items":[],"next":"a"}"#, r#"{"items":[1]}"#],
            expect![[r#"
                {"items":["a"]} => Page { items: [Id { value: "a" }], next: None }
                {"items":[],"next":"a"} => Page { items: [], next: Some(Id { value: "a" }) }
                {"items":[1]} => items[0]: expected-string
            "#]],
        );
        check::<Grid<2>>(
            &[r#"{"cells":[[1,2],[3,4]]}"#, r#"{"cells":[[1,2],[3]]}"#],
            expect![[r#"
            {"cells":[[1,2],[3,4]]} => Grid { cells: [[1, 2], [3, 4]] }
            {"cells":[[1,2],[3]]} => cells[1]: wrong-length
        "#]],
        );
    }

    #[wire]
    #[serde(default)]
    struct Defaults {
        a: i32,
        #[serde(skip_serializing_if = "String::is_empty")]
        b_text: String,
        #[serde(skip)]
        hidden: std::collections::LinkedList<u8>,
        #[serde(rename = "type")]
        r#type: bool,
    }

    impl Default for Defaults {
        fn default() -> Self {
            Self { a: 7, b_text: String::new(), hidden: [1].into(), r#type: true }
        }
    }

    #[test]
    fn what_has_a_default_may_be_left_out() {
        check::<Defaults>(
            &["{}", r#"{"bText":"x","type":false}"#, r#"{"hidden":[]}"#, r#"{"a":null}"#],
            expect![[r#"
                {} => Defaults { a: 7, b_text: "", hidden: [1], type: true }
                {"bText":"x","type":false} => Defaults { a: 7, b_text: "x", hidden: [1], type: false }
                {"hidden":[]} => hidden: unknown-field
                {"a":null} => a: expected-integer
            "#]],
        );
        let schema = InputSchema::of::<Defaults>();
        let value = decode::<Defaults>(&schema, "{}").unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"a":7,"type":true}"#);
    }

    #[wire]
    #[validate(schema(function = "in_order"))]
    struct Range {
        #[validate(range(min = 1))]
        from: i32,
        #[validate(length(max = 2), nested)]
        list: Vec<Tag>,
        #[validate(nested)]
        by_name: HashMap<String, Tag>,
        #[validate(range(min = 1))]
        to: i32,
    }

    fn in_order(range: &Range) -> Result<(), validator::ValidationError> {
        if range.from < range.to { Ok(()) } else { Err(validator::ValidationError::new("out_of_order")) }
    }

    #[test]
    fn rules_run_in_the_order_of_the_fields_and_the_value_is_not_repeated() {
        check::<Range>(
            &[
                r#"{"from":1,"list":[],"byName":{},"to":2}"#,
                r#"{"from":0,"list":[],"byName":{},"to":0}"#,
                r#"{"from":1,"list":[{"name":"a","weight":99}],"byName":{},"to":0}"#,
                r#"{"from":1,"list":[{"name":"a","weight":99},{"name":"a","weight":1},{"name":"a","weight":1}],"byName":{},"to":0}"#,
                r#"{"from":1,"list":[],"byName":{"z":{"name":"a","weight":99},"b":{"name":"a","weight":99}},"to":0}"#,
                r#"{"from":1,"list":[],"byName":{},"to":0}"#,
                r#"{"from":3,"list":[],"byName":{},"to":2}"#,
            ],
            expect![[r#"
                {"from":1,"list":[],"byName":{},"to":2} => Range { from: 1, list: [], by_name: {}, to: 2 }
                {"from":0,"list":[],"byName":{},"to":0} => from: range
                {"from":1,"list":[{"name":"a","weight":99}],"byName":{},"to":0} => list[0].weight: too-heavy
                {"from":1,"list":[{"name":"a","weight":99},{"name":"a","weight":1},{"name":"a","weight":1}],"byName":{},"to":0} => list: length
                {"from":1,"list":[],"byName":{"z":{"name":"a","weight":99},"b":{"name":"a","weight":99}},"to":0} => byName.b.weight: too-heavy
                {"from":1,"list":[],"byName":{},"to":0} => to: range
                {"from":3,"list":[],"byName":{},"to":2} => : out-of-order
            "#]],
        );
    }

    #[crate::session]
    struct Session {
        user_id: String,
        locale: Option<String>,
    }

    #[test]
    fn a_session_ignores_what_it_does_not_know() {
        let session: Session = serde_json::from_str(r#"{"userId":"a","locale":null,"theme":"dark"}"#).unwrap();
        assert_eq!(format!("{session:?}"), r#"Session { user_id: "a", locale: None }"#);
        serde_json::from_str::<Tag>(r#"{"name":"a","weight":1,"theme":"dark"}"#).unwrap_err();
    }

    #[test]
    fn a_number_arrives_as_it_was_sent() {
        let schema = InputSchema::of::<Vec<f64>>();
        for number in [0.1 + 0.2, 1e23, 5e-324, 0.840_440_154_219_293_3, f64::MAX] {
            let json = serde_json::to_string(&[number]).unwrap();
            assert_eq!(decode::<Vec<f64>>(&schema, &json).unwrap(), [number]);
        }
    }

    /// Makes a struct, as macros of an app may.
    macro_rules! numbers {
        ($name:ident { $($field:ident)* }) => {
            #[wire]
            struct $name {
                $($field: u8),*
            }
        };
    }

    numbers!(Many {
        a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
        e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9
    });

    #[test]
    fn a_struct_may_have_any_number_of_fields() {
        let schema = InputSchema::of::<Many>();
        let fields: Vec<_> =
            ('a'..='g').flat_map(|row| (0..10).map(move |column| format!("\"{row}{column}\":1"))).collect();
        let json = format!("{{{}}}", fields.join(","));
        assert_eq!(decode::<Many>(&schema, &json).unwrap().g9, 1);
        let path = |json: &str| schema.check(json).unwrap_err().to_string();
        assert_eq!(path(&json.replace("g9", "g8")), "input is refused at `g8`: duplicate-field");
        assert_eq!(path(&json.replace(r#","g9":1"#, "")), "input is refused at `g9`: missing");
    }
}
