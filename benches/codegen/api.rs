//! An app's types as the compiled app would describe them.

use sync_schema::{Api, Body, Definition, Field, Lane, Payload, RouteTypes, Shape, Types, WireType};

/// Describes so many routes of three structs each, and one type that all outputs share.
pub(crate) fn of(routes: usize) -> Api {
    let mut types = Types::default();
    let person = structure(&mut types, "app", "Person", &[("userId", Shape::String), ("name", Shape::String)]);
    let routes = (0..routes).map(|number| route(&mut types, number, &person)).collect();
    let (session, public) = (wire(person.clone()), wire(person));
    Api {
        manifest_dir: String::new(),
        library: String::new(),
        released: Vec::new(),
        routes,
        session,
        public,
        rooms: Vec::new(),
        scopes: Vec::new(),
        entities: Vec::new(),
        presence: None,
        error_codes: vec!["counter-full".to_owned()],
        types,
    }
}

fn route(types: &mut Types, number: usize, person: &Shape) -> RouteTypes {
    let (page, name) = (format!("page{}", number / 10), format!("route{number}"));
    let module = format!("app::routes::{page}::{name}_v1");
    let integer = Shape::Integer { min: i32::MIN.into(), max: i32::MAX.into() };
    let note = Shape::Option(Box::new(Shape::String));
    let input = [("amount", integer.clone()), ("note", note.clone()), ("tags", Shape::Array(Box::new(Shape::String)))];
    let output = [("newValue", integer), ("note", note), ("by", person.clone())];
    let mut of = |side: &str, name: &str, fields: &[(&str, Shape)]| {
        wire(structure(types, &format!("{module}::{side}"), name, fields))
    };
    RouteTypes {
        lane: Lane::Event,
        version: "v1".to_owned(),
        docs: "Adds to the room's counter.".to_owned(),
        sources: vec![format!("src/{page}/_sync/{name}_server_v1.rs"), format!("src/{page}/_sync/{name}_client_v1.rs")],
        room: None,
        payloads: vec![
            Payload::input("clientInput", of("server", "ClientInput", &input)),
            Payload::output("serverOutput", of("server", "ServerOutput", &output)),
            Payload::output("clientOutput", of("client", "ClientOutput", &[("mine", Shape::Bool)])),
            Payload::never("serverStream"),
            Payload::never("clientStream"),
        ],
        stored: None,
        retires: None,
        page,
        name,
    }
}

fn structure(types: &mut Types, module: &str, name: &str, fields: &[(&str, Shape)]) -> Shape {
    let fields = fields.iter().map(|(name, shape)| Field::new(name, shape.clone())).collect();
    types.define(&format!("{module}::{name}"), |_| Definition::new(name, module, "", Body::Struct(fields)))
}

fn wire(shape: Shape) -> WireType {
    WireType { shape }
}
