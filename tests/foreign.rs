//! Types with TypeScript of ts-rs in wire types, and wire types in such types, as an app has them that used ts-rs before.

#![allow(missing_docs, reason = "the types are examples of one thing each; the docs are about some of them")]

use sync::schema::{Api, Lane, Model, Payload, RouteTypes, Wire, wire_type};

use crate::types::shared::Session;

/// A crate that knows nothing of us.
pub mod geometry {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use ts_rs::TS;

    /// Where something is.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
    pub struct Point {
        /// To the right.
        pub x: f64,
        pub y: f64,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, TS)]
    #[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
    pub enum Figure {
        Circle { center_point: Point, radius: f64 },
        Polygon { corners: Vec<Point> },
    }

    #[derive(Debug, Clone, Serialize, Deserialize, TS)]
    pub struct Layer<T> {
        pub items: Vec<T>,
        pub hidden: bool,
        pub by_name: BTreeMap<String, T>,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, TS)]
    pub struct Drawing {
        /// Beyond what JavaScript holds exactly it is an error.
        pub revision: u64,
        pub title: Option<String>,
        pub figures: Layer<Figure>,
        pub guides: Layer<Point>,
        pub parent: Option<Box<Drawing>>,
    }
}

/// The app's own types of ts-rs, with wire types in them.
pub mod dashboard {
    use std::collections::HashMap;

    use serde::{Deserialize, Serialize};
    use ts_rs::TS;

    use crate::types::shared::{Color, Page, Person, Settings, Tree, Untagged};

    #[derive(Debug, Clone, Serialize, Deserialize, TS)]
    pub struct Dashboard {
        pub owner: Person,
        pub pages: Page<Person>,
        pub settings: Settings,
        pub tree: Option<Tree>,
        pub colors: HashMap<Color, u8>,
        pub choice: Vec<Untagged>,
    }
}

/// What travels.
pub mod wires {
    use std::sync::Arc;

    use sync::wire;

    use super::dashboard::Dashboard;
    use super::geometry::{Drawing, Figure, Layer, Point};
    use crate::types::shared::Person;

    /// Puts a figure somewhere.
    #[wire]
    pub struct Draw {
        /// Where.
        #[wire(ts)]
        pub at: Point,
        #[wire(ts)]
        pub figure: Option<Figure>,
        #[wire(ts)]
        #[serde(default, rename = "others")]
        pub more: Vec<Figure>,
        pub by: Person,
        pub how: How,
    }

    #[wire]
    pub enum How {
        Plain,
        At(#[wire(ts)] Point),
        Between(#[wire(ts)] Point, #[wire(ts)] Point),
        In {
            #[wire(ts)]
            layer: Layer<Arc<Point>>,
        },
    }

    #[wire]
    pub struct Drawn {
        #[wire(ts)]
        pub drawing: Drawing,
        pub marker: Marker,
        #[wire(ts)]
        pub dashboard: Dashboard,
        #[wire(ts)]
        pub size: u64,
    }

    #[wire]
    pub struct Marker(#[wire(ts)] pub Point);
}

/// Describes an app of one route.
#[must_use]
pub fn api() -> Api {
    api_of::<wires::Draw, wires::Drawn>()
}

/// Describes an app of one route, from `In` to `Out`.
#[must_use]
pub fn api_of<In: Wire, Out: Wire>() -> Api {
    let mut model = Model::default();
    let payloads = vec![
        Payload::input("clientInput", wire_type::<In>(&mut model)),
        Payload::output("serverOutput", wire_type::<Out>(&mut model)),
        Payload::output("clientOutput", wire_type::<sync::schema::Empty>(&mut model)),
        Payload::never("serverStream"),
        Payload::never("clientStream"),
    ];
    let route = RouteTypes {
        lane: Lane::Event,
        page: "board".into(),
        name: "draw".into(),
        version: "v1".into(),
        docs: "Draws.".into(),
        sources: vec!["src/board/_sync/draw_server_v1.rs".into()],
        room: None,
        payloads,
        stored: None,
        retires: None,
    };
    let [session, public] = [wire_type::<Session>(&mut model), wire_type::<Session>(&mut model)];
    let error_codes = vec!["sync-not-found".to_owned()];
    Api {
        manifest_dir: String::new(),
        library: String::new(),
        released: Vec::new(),
        routes: vec![route],
        session,
        public,
        rooms: Vec::new(),
        scopes: Vec::new(),
        entities: Vec::new(),
        presence: None,
        error_codes,
        types: model.into_types(),
    }
}
