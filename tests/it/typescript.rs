//! The TypeScript of types of every kind, and types that have none.

use std::collections::BTreeMap;

use expect_test::{Expect, expect, expect_file};
use sync::schema::{Api, Wire};
use sync::wire;
use sync_codegen::emit::typescript;
use sync_tests::types::{self, api_of};

#[test]
fn types_of_every_kind_are_written() {
    let text = typescript(&types::api()).unwrap_or_else(|problems| format!("{problems:#?}"));
    expect_file!["../typescript/everyType.generated.ts"].assert_eq(&text);
}

/// What is declared, and the types of the one route.
#[track_caller]
fn check(api: &Api, expected: Expect) {
    let text = match typescript(api) {
        Ok(text) => {
            let route = text.lines().take_while(|line| !line.contains("SyncPagePath"));
            let route = route.filter(|line| line.contains("clientInput:") || line.contains("serverOutput:"));
            let declared = text.lines().skip_while(|line| !line.contains("ErrorCode"));
            let declared = declared.filter(|line| line.starts_with("export") && !line.contains("ErrorCode"));
            route.chain(declared).map(|line| format!("{}\n", line.trim())).collect()
        }
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect::<String>(),
    };
    expected.assert_eq(&text);
}

#[track_caller]
fn check_types<In: Wire, Out: Wire>(expected: Expect) {
    check(&api_of::<In, Out>(), expected);
}

mod here {
    #[sync::wire]
    pub struct Item {
        pub a: i32,
    }

    #[sync::wire]
    pub struct Record {
        pub a: i32,
    }

    #[sync::wire]
    #[serde(rename = "Goods")]
    pub struct Renamed {
        pub a: Option<i32>,
    }
}

mod there {
    #[sync::wire]
    pub struct Item {
        pub b: String,
    }

    pub(crate) fn in_a_function() -> sync::schema::Api {
        #[sync::wire]
        pub struct Item {
            pub b: bool,
        }
        sync_tests::types::api_of::<Item, super::here::Item>()
    }
}

#[test]
fn types_of_one_name_are_told_apart_by_their_modules() {
    check_types::<here::Item, there::Item>(expect![[r#"
        clientInput: ItTypescriptHereItem;
        serverOutput: ItTypescriptThereItem;
        export interface PresenceTypes {
        export interface ItTypescriptHereItem {
        export interface ItTypescriptThereItem {
        export interface Person {
        export interface Session {
    "#]]);
    check_types::<here::Item, here::Item>(expect![[r#"
        clientInput: ItTypescriptHereItem;
        serverOutput: ItTypescriptHereItem;
        export interface PresenceTypes {
        export interface ItTypescriptHereItem {
        export interface Person {
        export interface Session {
    "#]]);
    check(
        &there::in_a_function(),
        expect![[r#"
            clientInput: ItTypescriptThereItem;
            serverOutput: ItTypescriptHereItem;
            export interface PresenceTypes {
            export interface ItTypescriptHereItem {
            export interface ItTypescriptThereItem {
            export interface Person {
            export interface Session {
        "#]],
    );
}

#[test]
fn names_that_mean_something_else_are_qualified() {
    check_types::<here::Record, here::Renamed>(expect![[r#"
        clientInput: ItTypescriptHereRecord;
        serverOutput: Goods;
        export interface PresenceTypes {
        export interface Goods {
        export interface ItTypescriptHereRecord {
        export interface Person {
        export interface Session {
    "#]]);
}

#[test]
fn the_session_has_its_name_whatever_the_app_calls_it() {
    let api = api_of::<here::Item, ()>();
    check(
        &Api { session: api.public.clone(), ..api },
        expect![[r#"
            clientInput: ItTypescriptHereItem;
            serverOutput: null;
            export interface PresenceTypes {
            export type Session = Person;
            export interface ItTypescriptHereItem {
            export interface Person {
        "#]],
    );
}

#[test]
fn a_type_has_two_forms_only_where_they_differ() {
    check_types::<here::Renamed, here::Item>(expect![[r#"
        clientInput: Goods;
        serverOutput: ItTypescriptHereItem;
        export interface PresenceTypes {
        export interface Goods {
        export interface ItTypescriptHereItem {
        export interface Person {
        export interface Session {
    "#]]);
    check_types::<Vec<here::Renamed>, here::Renamed>(expect![[r#"
        clientInput: GoodsInput[];
        serverOutput: Goods;
        export interface PresenceTypes {
        export interface Goods {
        export interface GoodsInput {
        export interface Person {
        export interface Session {
    "#]]);
}

#[wire]
struct Tag {
    name: String,
}

#[wire]
#[serde(tag = "kind")]
enum Move {
    Step(Tag),
    Stay,
}

#[test]
fn flattened_fields_that_overwrite_each_other_are_told() {
    #[wire]
    struct Twice {
        name: String,
        #[serde(flatten)]
        tag: Tag,
    }
    check_types::<(), Twice>(expect![[r#"
        error: the field `name` of `Tag` is there already, in the struct itself
          --> it::typescript::flattened_fields_that_overwrite_each_other_are_told::Twice
          = help: rename one of them, or do not flatten: then it has a name of its own
    "#]]);

    #[wire]
    struct TwoParts {
        #[serde(flatten)]
        first: Tag,
        #[serde(flatten)]
        second: Tag,
    }
    check_types::<(), TwoParts>(expect![[r#"
        error: the field `name` of `Tag` is there already, in `Tag`
          --> it::typescript::flattened_fields_that_overwrite_each_other_are_told::TwoParts
          = help: rename one of them, or do not flatten: then it has a name of its own
    "#]]);

    #[wire]
    #[serde(tag = "name")]
    enum Tagged {
        Tag(Tag),
    }
    check_types::<(), Tagged>(expect![[r#"
        error: `Tag` has a field `name`, which already says which variant it is
          --> it::typescript::flattened_fields_that_overwrite_each_other_are_told::Tagged
          = help: rename the field, or choose another `tag`
    "#]]);
}

#[test]
fn flattened_fields_that_serde_gives_to_another_are_told() {
    #[wire]
    struct MapFirst {
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
        #[serde(flatten)]
        tag: Tag,
    }
    check_types::<MapFirst, ()>(expect![[r#"
        error: serde would hand the other flattened fields to the map, too
          --> it::typescript::flattened_fields_that_serde_gives_to_another_are_told::MapFirst
          = help: flatten it last, and beside plain structs only; or give it a name of its own
    "#]]);

    #[wire]
    struct MapLast {
        #[serde(flatten)]
        tag: Tag,
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
    }
    check_types::<MapLast, ()>(expect![[r#"
        clientInput: ItTypescriptMapLast;
        serverOutput: null;
        export interface PresenceTypes {
        export interface ItTypescriptMapLast {
        export interface Person {
        export interface Session {
    "#]]);

    #[wire]
    struct Other {
        other: i32,
    }

    #[wire]
    struct EnumFirst {
        #[serde(flatten)]
        step: Move,
        #[serde(flatten)]
        other: Other,
    }
    check_types::<EnumFirst, ()>(expect![[r#"
        error: serde would hand the other flattened fields to `Move`, too
          --> it::typescript::flattened_fields_that_serde_gives_to_another_are_told::EnumFirst
          = help: flatten it last, and beside plain structs only; or give it a name of its own
    "#]]);
}

#[test]
fn number_keys_where_serde_has_forgotten_them_are_told() {
    #[wire]
    struct Board {
        pieces: Vec<BTreeMap<u8, String>>,
    }

    #[wire]
    #[serde(tag = "kind")]
    enum Inside {
        Board(Board),
    }
    check_types::<Inside, ()>(expect![[r#"
        error: serde cannot read a map with number keys inside `Inside`
          --> it::typescript::number_keys_where_serde_has_forgotten_them_are_told::Inside
          = help: use `String` keys; or an enum without `tag` and `untagged`, and no `flatten`
    "#]]);
    check_types::<(), Inside>(expect![[r#"
        clientInput: null;
        serverOutput: ItTypescriptInside;
        export interface PresenceTypes {
        export interface ItTypescriptBoard {
        export type ItTypescriptInside = { kind: 'board' } & ItTypescriptBoard;
        export interface Person {
        export interface Session {
    "#]]);
    check_types::<Board, Board>(expect![[r#"
        clientInput: ItTypescriptBoard;
        serverOutput: ItTypescriptBoard;
        export interface PresenceTypes {
        export interface ItTypescriptBoard {
        export interface Person {
        export interface Session {
    "#]]);
}

/// The members of the types that are declared here.
#[track_caller]
fn check_members<In: Wire, Out: Wire>(expected: Expect) {
    let text = typescript(&api_of::<In, Out>()).expect("types");
    let text = text.rsplit_once("ErrorCode").map_or("", |(_, declared)| declared);
    let declared = text.split("export ").filter_map(|part| part.strip_prefix("interface ItTypescript"));
    expected.assert_eq(&declared.map(|part| part.split_inclusive("\n}\n").next().unwrap_or(part)).collect::<String>());
}

#[test]
fn what_every_object_has_is_never_absent() {
    #[wire]
    struct Car {
        constructor: Option<String>,
        to_string: String,
        #[serde(default)]
        value_of: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        has_own_property: Option<bool>,
        /// Of the car.
        #[serde(rename = "__proto__")]
        proto: Option<i32>,
    }
    check_members::<Car, Car>(expect![[r#"
        Car {
          constructor: string | null;
          toString: string;
          valueOf: number;
          hasOwnProperty?: boolean | null | Object['hasOwnProperty'];
          /** Of the car. */
          __proto__: number | null;
        }
        CarInput {
          constructor?: string | null | Object['constructor'];
          toString: string;
          valueOf?: number | Object['valueOf'];
          hasOwnProperty?: boolean | null | Object['hasOwnProperty'];
          /**
           * Of the car.
           *
           * Cannot be given: in an object literal `__proto__` sets the prototype. Rename the field to make it travel.
           */
          __proto__?: never;
        }
    "#]]);
}

#[test]
fn what_every_object_has_tells_no_variant() {
    #[wire]
    enum Part {
        Constructor(String),
        ToString,
    }
    check_types::<(), Part>(expect![[r#"
        error: every object of JavaScript has a `constructor`, which cannot tell this variant
          --> it::typescript::what_every_object_has_tells_no_variant::Part
          = help: rename the variant, or add `#[serde(tag = "…")]` to the enum
    "#]]);
}

#[test]
fn what_sets_the_prototype_cannot_be_asked_for() {
    #[wire]
    struct Needed {
        #[serde(rename = "__proto__")]
        proto: i32,
    }
    check_types::<(), Needed>(expect![[r#"
        clientInput: null;
        serverOutput: ItTypescriptNeeded;
        export interface PresenceTypes {
        export interface ItTypescriptNeeded {
        export interface Person {
        export interface Session {
    "#]]);
    check_types::<Needed, ()>(expect![[r#"
        error: `__proto__` cannot be given: in an object literal of JavaScript it sets the prototype
          --> it::typescript::what_sets_the_prototype_cannot_be_asked_for::Needed
          = help: give it another name in JSON: `#[serde(rename = "…")]`
    "#]]);
}

/// What is said of an input that is asked for by `GET`; nothing where a query can hold it.
#[track_caller]
fn check_query<In: Wire>(expected: Expect) {
    let problems = typescript(&types::api_by_query::<In>()).err().unwrap_or_default();
    expected.assert_eq(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

#[test]
fn a_query_holds_scalars() {
    #[wire]
    enum Side {
        White,
        Black,
    }

    #[wire]
    struct Every {
        text: String,
        sign: char,
        whole: i32,
        #[wire(number)]
        large: u64,
        fraction: f64,
        truth: bool,
        side: Side,
        when: sync::chrono::DateTime<sync::chrono::Utc>,
        boxed: Box<i32>,
        maybe: Option<Side>,
        #[serde(default)]
        left_out: u8,
    }
    check_query::<Every>(expect![""]);
    check_query::<sync::schema::Empty>(expect![""]);

    #[wire]
    struct Alias(Every);
    check_query::<Alias>(expect![""]);
}

#[test]
fn what_no_query_holds_is_told_in_the_file_of_the_request() {
    #[wire]
    struct Part {
        a: i32,
    }

    #[wire]
    struct Others {
        list: Vec<String>,
        maybe_list: Option<Vec<i32>>,
        pair: (i32, i32),
        map: BTreeMap<String, i32>,
        part: Part,
        step: Move,
        fine: i32,
        nothing: (),
        #[serde(flatten)]
        tag: Tag,
    }
    check_query::<Others>(expect![[r#"
        error: `page/name` v1 is asked by `GET`, and its input has the field `list`, which is a list
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `maybeList`, which is a list
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `pair`, which is a list
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `map`, which is a map
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `part`, which is an object
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `step`, which is an enum whose variants hold something
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input has the field `nothing`, which is always `null`
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
        error: `page/name` v1 is asked by `GET`, and its input flattens another type, of which a query knows nothing
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
    "#]]);
    check_query::<Move>(expect![[r#"
        error: `page/name` v1 is asked by `GET`, and its input is an enum whose variants hold something, and a query has fields
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
    "#]]);
    check_query::<Vec<i32>>(expect![[r#"
        error: `page/name` v1 is asked by `GET`, and its input is a list, and a query has fields
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
    "#]]);
    check_query::<String>(expect![[r#"
        error: `page/name` v1 is asked by `GET`, and its input is a single value, and a query has fields
          --> src/page/_api/name_v1.rs
          = help: remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these
    "#]]);
}
