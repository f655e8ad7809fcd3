//! The contract of an app as text: what is in it, and that it changes with the contract and with nothing else.

use std::collections::BTreeMap;

use expect_test::{expect, expect_file};
use sync::schema::{
    Absence, Api, Body, Day, Declaration, Definition, Field, MapKey, Payload, PresenceTypes, Shape, Tagging, Types,
    Variant, VariantBody, WireType,
};
use sync_codegen::emit::typescript;
use sync_schema::compare;
use sync_tests::types;

#[test]
fn the_contract_of_types_of_every_kind() {
    expect_file!["../typescript/everyType.contract.txt"].assert_eq(&types::api().to_string());
}

/// The same definitions with one of them changed.
fn with(types: &Types, key: &str, change: &dyn Fn(&mut Definition)) -> Types {
    let mut changed = Types::default();
    for (name, definition) in types.iter() {
        let mut definition = definition.clone();
        if name == key {
            change(&mut definition);
        }
        changed.define(name, |_| definition);
    }
    changed
}

type Change<T> = (&'static str, fn(&mut T));

/// Everything that can be said about a field.
const OF_FIELDS: &[Change<Field>] = &[
    // A flattened field has no name of its own.
    ("name", |field| field.name.push_str(if field.flatten { "" } else { "X" })),
    ("alias", |field| field.aliases.push("another".into())),
    ("option", |field| field.shape = Shape::Option(Box::new(field.shape.clone()))),
    ("list", |field| field.shape = Shape::Array(Box::new(field.shape.clone()))),
    ("tuple", |field| field.shape = Shape::Tuple(vec![field.shape.clone()])),
    ("map", |field| field.shape = Shape::Map(MapKey::String, Box::new(field.shape.clone()))),
    ("map by number", |field| {
        field.shape = Shape::Map(MapKey::Integer { min: 0, max: 9 }, Box::new(field.shape.clone()));
    }),
    ("range", |field| field.shape = Shape::Integer { min: -1, max: 77 }),
    ("magnitude", |field| field.shape = Shape::Number { max: 77.5 }),
    ("format", |field| field.shape = Shape::Text("some-format".into())),
    ("foreign", |field| {
        field.shape = Shape::Foreign { typescript: "Array<Point>".into(), declarations: Vec::new() };
    }),
    ("presence", |field| {
        field.absence = match field.absence {
            Absence::Required => Absence::DefaultInInput,
            Absence::DefaultInInput => Absence::Omittable,
            Absence::Omittable => Absence::Required,
        };
    }),
    ("default", |field| field.default = "default = \"other\"".into()),
    ("rule", |field| field.rules.push("range(max=7)".into())),
    // The one type that holds itself does so in an `Option`; Rust refuses it inside of itself.
    ("flatten", |field| field.flatten ^= !matches!(field.shape, Shape::Option(_))),
];

/// Everything that can be said about a variant.
const OF_VARIANTS: &[Change<Variant>] = &[
    ("name", |variant| variant.name.push('X')),
    ("alias", |variant| variant.aliases.push("another".into())),
    ("body", |variant| {
        variant.body = match &variant.body {
            VariantBody::Unit => VariantBody::Newtype(Shape::Bool),
            VariantBody::Newtype(shape) => VariantBody::Tuple(vec![shape.clone()]),
            VariantBody::Tuple(_) => VariantBody::Struct(Vec::new()),
            VariantBody::Struct(_) => VariantBody::Unit,
        };
    }),
];

/// Everything else that can be said about a type.
const OF_TYPES: &[Change<Definition>] = &[
    ("name", |definition| definition.name.push('X')),
    ("module", |definition| definition.module.push_str("::inside")),
    ("rule", |definition| definition.rules.push("schema(function=\"whole\")".into())),
    ("no fields", |definition| definition.body = Body::Struct(Vec::new())),
    ("alias", |definition| definition.body = Body::Alias(Shape::Char)),
    ("order", |definition| match &mut definition.body {
        Body::Struct(fields) => fields.reverse(),
        Body::Enum(_, variants) => variants.reverse(),
        Body::Alias(_) => {}
    }),
    ("tagging", |definition| {
        if let Body::Enum(tagging, _) = &mut definition.body {
            *tagging = match tagging {
                Tagging::External => Tagging::Internal { tag: "tag".into() },
                Tagging::Internal { tag } => Tagging::Adjacent { tag: tag.clone(), content: "content".into() },
                Tagging::Adjacent { tag, content } => Tagging::Adjacent { tag: content.clone(), content: tag.clone() },
                Tagging::Untagged => Tagging::External,
            };
        }
    }),
];

/// Every app that differs from `api` in one thing of its types.
fn changed_types(api: &Api) -> Vec<(String, Api)> {
    let mut changed = Vec::new();
    let mut add = |what: String, key: &str, change: &dyn Fn(&mut Definition)| {
        let types = with(&api.types, key, change);
        // A change that finds nothing to change is none.
        if types != api.types {
            changed.push((format!("{what} of {key}"), Api { types, ..api.clone() }));
        }
    };
    for (key, definition) in api.types.iter() {
        for (what, change) in OF_TYPES {
            add((*what).to_owned(), key, change);
        }
        for index in 0..fields(&definition.body).len() {
            for (what, change) in OF_FIELDS {
                add(format!("{what} of field {index}"), key, &|definition| {
                    change(fields_mut(&mut definition.body).swap_remove(index));
                });
            }
        }
        if let Body::Enum(_, variants) = &definition.body {
            for index in 0..variants.len() {
                for (what, change) in OF_VARIANTS {
                    add(format!("{what} of variant {index}"), key, &|definition| {
                        if let Body::Enum(_, variants) = &mut definition.body {
                            change(&mut variants[index]);
                        }
                    });
                }
            }
        }
    }
    changed
}

fn fields(body: &Body) -> Vec<&Field> {
    fn of_variant(variant: &VariantBody) -> &[Field] {
        match variant {
            VariantBody::Struct(fields) => fields,
            _ => &[],
        }
    }
    match body {
        Body::Struct(fields) => fields.iter().collect(),
        Body::Enum(_, variants) => variants.iter().flat_map(|variant| of_variant(&variant.body)).collect(),
        Body::Alias(_) => Vec::new(),
    }
}

fn fields_mut(body: &mut Body) -> Vec<&mut Field> {
    match body {
        Body::Struct(fields) => fields.iter_mut().collect(),
        Body::Enum(_, variants) => {
            let bodies = variants.iter_mut().filter_map(|variant| match &mut variant.body {
                VariantBody::Struct(fields) => Some(fields),
                _ => None,
            });
            bodies.flatten().collect()
        }
        Body::Alias(_) => Vec::new(),
    }
}

/// Everything outside of the types.
const OF_APPS: &[Change<Api>] = &[
    ("page", |api| api.routes[0].page.push('X')),
    ("name of a route", |api| api.routes[0].name.push('X')),
    ("version", |api| api.routes[0].version.push('0')),
    ("route", |api| drop(api.routes.pop())),
    ("payload", |api| drop(api.routes[0].payloads.pop())),
    ("name of a payload", |api| api.routes[0].payloads[0].name = "otherInput".into()),
    ("direction", |api| {
        let Payload { name, wire, .. } = api.routes[0].payloads[0].clone();
        api.routes[0].payloads[0] = Payload { wire, ..Payload::never(name) };
    }),
    ("type of a payload", |api| api.routes[0].payloads[1].wire = Some(WireType { shape: Shape::Bool })),
    ("stream", |api| api.routes[0].payloads[4].wire = Some(WireType { shape: Shape::Bool })),
    ("session", |api| api.session = api.public.clone()),
    ("public", |api| api.public = api.session.clone()),
    ("presence", |api| api.presence = Some(presence(&api.public))),
    ("presence in a room", |api| {
        let mut presence = presence(&api.public);
        presence.rooms.push("other".into());
        api.presence = Some(presence);
    }),
    ("presence data", |api| api.presence = Some(presence(&WireType { shape: Shape::Bool }))),
    ("rooms", |api| api.rooms.push("other-{id}".into())),
    ("scopes", |api| api.scopes.push("other-{id}".into())),
    ("last day", |api| api.routes[0].retires = Some(Day::default())),
    ("stored", |api| api.routes[0].stored = Some(WireType { shape: Shape::Bool })),
    ("error code", |api| api.error_codes.push("one-more".into())),
];

fn presence(data: &WireType) -> PresenceTypes {
    PresenceTypes { rooms: vec!["chess-{game_id}".into()], data: data.clone() }
}

/// An app with one declaration of a foreign type.
fn foreign(key: &str, name: &str, text: &str) -> Api {
    let mut api = types::api();
    api.types.declare(key, Declaration { name: name.into(), text: text.into(), docs: String::new() });
    api.public.shape = Shape::Foreign { typescript: name.into(), declarations: vec![key.into()] };
    api
}

fn all() -> Vec<(String, Api)> {
    let api = types::api();
    let mut all = changed_types(&api);
    for (what, change) in OF_APPS {
        let mut changed = api.clone();
        change(&mut changed);
        all.push(((*what).to_owned(), changed));
    }
    for (key, name, text) in [
        ("geometry::Point", "Point", "type Point = { x: number, };"),
        ("geometry::Point", "Point", "type Point = { y: number, };"),
        ("geometry::Point", "Dot", "type Dot = { x: number, };"),
        ("geometry::Dot", "Point", "type Point = { x: number, };"),
    ] {
        all.push((format!("{text} of {key}"), foreign(key, name, text)));
    }
    all.push(("nothing".to_owned(), api));
    all
}

#[test]
fn whatever_changes_changes_the_text() {
    let mut known = BTreeMap::new();
    let all = all();
    assert!(all.len() > 1500, "{}", all.len());
    for (what, api) in all {
        if let Some(other) = known.insert(api.to_string(), what.clone()) {
            panic!("{what} and {other} have one text");
        }
    }
}

#[test]
fn the_text_is_read_as_it_was_written() {
    for (what, api) in all() {
        let text = api.to_string();
        let read: Api = text.parse().unwrap_or_else(|error| panic!("{what}: {error} in\n{text}"));
        assert_eq!(read.to_string(), text, "{what}");
    }
}

/// What nobody notices who only reads and writes JSON: names and the order of types, and of what is only sent, whether and by which name
/// it would be taken.
const UNNOTICED: &[&str] = &["name of", "module of", "order of", "default of", "rule of", "presence of", "alias of"];
/// What the form of a lane does not allow.
const IMPOSSIBLE: &[&str] = &["payload", "direction"];

#[test]
fn whatever_changes_is_noticed_by_who_compares() {
    let api = types::api();
    let mut missed = Vec::new();
    for (what, changed) in all() {
        let differences = compare(&api, &changed);
        assert_eq!(compare(&changed, &changed), [], "{what}");
        assert_eq!(compare(&changed, &told_otherwise(&changed)), [], "{what}");
        let is_told = !differences.is_empty() || !compare(&changed, &api).is_empty();
        let is_unnoticed = UNNOTICED.iter().any(|unnoticed| what.starts_with(unnoticed));
        if !is_told && !is_unnoticed && !IMPOSSIBLE.contains(&&*what) && what != "nothing" {
            missed.push(what);
        }
    }
    // A map that may not be there is an empty one.
    expect![[r#"
        option of field 0 of sync_tests::types::shared::Anything
        option of field 2 of sync_tests::types::shared::Open"#]]
    .assert_eq(&missed.join("\n"));
}

#[test]
fn what_has_one_text_has_one_typescript() {
    let mut known = BTreeMap::<String, String>::new();
    let mut compared = 0;
    // No two of them have one text, so each is compared with itself, told otherwise; a part of them will do.
    for (what, api) in all().into_iter().rev().step_by(16) {
        for api in [api.clone(), told_otherwise(&api)] {
            let Ok(written) = typescript(&api) else { continue };
            let written = without_comments(&written);
            let first = known.entry(api.to_string()).or_insert_with(|| written.clone());
            assert_eq!(*first, written, "{what}");
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared}");
}

/// The same app with other comments, elsewhere on the disk, told in another order, with types that nothing refers to.
fn told_otherwise(api: &Api) -> Api {
    let mut types = Types::default();
    types.define("nobody::Uses", |_| Definition::new("Uses", "nobody", "", Body::Alias(Shape::Bool)));
    types.declare("nobody::Has", Declaration { name: "Has".into(), text: "type Has = 1;".into(), docs: String::new() });
    for (key, definition) in api.types.iter().collect::<Vec<_>>().into_iter().rev() {
        let mut definition = definition.clone();
        reword(&mut definition.docs);
        fields_mut(&mut definition.body).into_iter().for_each(|field| reword(&mut field.docs));
        if let Body::Enum(_, variants) = &mut definition.body {
            variants.iter_mut().for_each(|variant| reword(&mut variant.docs));
        }
        types.define(key, |_| definition);
    }
    for (key, declaration) in api.types.declarations() {
        let text = declaration.text.replacen("= ", "= /** In other words. */\n  ", 1);
        types.declare(key, Declaration { text, docs: "/** In other words. */".into(), ..declaration.clone() });
    }
    let mut routes = api.routes.clone();
    routes.reverse();
    for route in &mut routes {
        reword(&mut route.docs);
        route.sources.push("src/elsewhere.rs".into());
    }
    let error_codes = api.error_codes.iter().rev().chain(api.error_codes.first()).cloned().collect();
    Api { manifest_dir: "/elsewhere".into(), routes, error_codes, types, ..api.clone() }
}

/// Where there is a comment, a type is laid out over several lines; so there are as many as before.
fn reword(docs: &mut String) {
    if !docs.is_empty() {
        docs.push_str(" In other words.");
    }
}

/// The file without what only readers see; no name in it holds `/**`.
fn without_comments(typescript: &str) -> String {
    let (_header, code) = typescript.split_once('\n').expect("a header");
    let mut parts = code.split("/**");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once("*/")).map(|(_, code)| code);
    let code = first + &rest.collect::<String>();
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_no_part_of_the_contract_is_not_in_the_text() {
    let api = types::api();
    assert_eq!(told_otherwise(&api).to_string(), api.to_string());
    let foreign = foreign("geometry::Point", "Point", "type Point = { x: number, };");
    assert_eq!(told_otherwise(&foreign).to_string(), foreign.to_string());
}
