//! Types of every kind that `#[wire]` models, in modules as an app has them, and the app's description made of them.

#![allow(
    missing_docs,
    reason = "most of these types are examples of one attribute each; the docs are about some of them"
)]

use sync::schema::{Api, Direction, Lane, Model, Payload, PresenceTypes, RouteTypes, Wire, wire_type};

/// Types that several handlers share.
pub mod shared {
    use std::borrow::Cow;
    use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
    use std::sync::Arc;

    use sync::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use sync::{session, wire};

    /// Who is signed in.
    #[session]
    pub struct Session {
        pub user_id: String,
        pub locale: Option<String>,
    }

    /// What others may know of a user.
    #[wire]
    #[derive(PartialEq)]
    pub struct Person {
        /// The same for the same name.
        pub user_id: String,
        /// What they are called; never holds `*/`.
        pub name: String,
    }

    #[wire]
    #[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Color {
        DarkRed,
        #[serde(rename = "grün")]
        Green,
    }

    /// Input and output differ: what is optional in one is always there in the other.
    #[wire]
    pub struct Settings {
        pub theme: Option<String>,
        #[serde(default)]
        pub volume: u8,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tags: Vec<Tag>,
    }

    #[wire]
    pub struct Tag {
        pub name: String,
        #[validate(range(max = 100))]
        pub weight: u32,
    }

    /// Differs because [`Settings`] does.
    #[wire]
    pub struct Profile {
        pub settings: Settings,
        pub tag: Tag,
    }

    #[wire]
    pub struct Page<T> {
        pub items: Vec<T>,
        pub next: Option<T>,
    }

    #[wire]
    pub struct Tree {
        pub label: String,
        pub children: Vec<Tree>,
        pub first: Option<Box<Self>>,
    }

    /// One step, or none.
    #[wire]
    pub enum External {
        Unit,
        /// Two things.
        Pair(i32, String),
        One(Tag),
        Named {
            the_value: bool,
            note: Option<String>,
        },
        Empty {},
    }

    #[wire]
    #[serde(tag = "kind")]
    pub enum Internal {
        Unit,
        Named { the_value: bool },
        One(Tag),
        Either(Box<Either>),
        Rest(BTreeMap<String, f64>),
    }

    #[wire]
    #[serde(tag = "side", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
    pub enum Either {
        LeftSide,
        RightSide { how_far: f32 },
    }

    #[wire]
    #[serde(tag = "type", content = "value")]
    pub enum Adjacent {
        Unit,
        One(Option<bool>),
        Pair(u8, char),
        Named { x: i8 },
    }

    #[wire]
    #[serde(untagged)]
    pub enum Untagged {
        Many(Vec<i32>),
        Small { x: i32 },
        Large { x: i32, y: i32 },
        Text(String),
        Nothing,
    }

    #[wire]
    pub struct Flat {
        pub id: u32,
        #[serde(flatten)]
        pub tag: Tag,
        #[serde(flatten)]
        pub either: Either,
    }

    #[wire]
    pub struct Open {
        pub id: u32,
        pub note: Option<String>,
        #[serde(flatten)]
        pub rest: HashMap<String, bool>,
    }

    #[wire]
    pub struct Anything {
        #[serde(flatten)]
        pub rest: sync::serde_json::Map<String, sync::serde_json::Value>,
    }

    #[wire]
    pub struct AroundExternal {
        pub id: u32,
        #[serde(flatten)]
        pub choice: Choice,
    }

    #[wire]
    pub enum Choice {
        Nothing,
        Much(Vec<Tag>),
    }

    #[wire]
    pub struct Meters(pub f64);

    #[wire]
    pub struct Point(pub f64, pub f64);

    #[wire]
    pub struct Marker;

    #[wire]
    pub struct Nothing {}

    #[wire]
    #[serde(transparent)]
    pub struct Code {
        pub text: String,
    }

    /// What the standard library brings.
    #[wire]
    pub struct Standard {
        pub flag: bool,
        pub letter: char,
        pub ints: (i8, u8, i16, u16, i32, u32),
        #[wire(number)]
        pub wide: Option<Vec<i64>>,
        #[wire(number)]
        pub by_wide: BTreeMap<u64, usize>,
        pub floats: [f32; 2],
        pub real: f64,
        pub text: Cow<'static, str>,
        pub shared: Arc<Tag>,
        pub boxed: Box<str>,
        pub queue: VecDeque<Option<bool>>,
        pub set: BTreeSet<u16>,
        pub colors: HashSet<Color>,
        pub by_name: HashMap<String, Meters>,
        pub by_number: BTreeMap<i16, bool>,
        pub by_color: BTreeMap<Color, Point>,
        pub any: sync::serde_json::Value,
        pub unit: (),
        pub marker: Marker,
        pub nothing: Nothing,
        pub code: Code,
        pub grid: Grid<2>,
        pub at: DateTime<Utc>,
        pub on: NaiveDate,
        pub time: NaiveTime,
        pub local: NaiveDateTime,
    }

    #[wire]
    pub struct Grid<const N: usize> {
        pub cells: [[i16; N]; N],
    }

    /// Names that are special somewhere.
    #[wire]
    pub struct Names {
        pub r#type: String,
        pub constructor: Option<i32>,
        pub to_string: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub value_of: Vec<Special>,
        pub by_special: BTreeMap<Special, Option<bool>>,
        #[serde(rename = "it's a \"name\"", alias = "other")]
        pub quoted: i32,
        #[serde(rename = "")]
        pub empty: bool,
        #[serde(skip)]
        pub hidden: std::time::Duration,
    }

    #[wire]
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    pub enum Special {
        HasOwnProperty,
        Constructor,
        Other,
    }

    /// What can be read under any name, and not always be written.
    #[wire]
    pub struct Prototype {
        #[serde(rename = "__proto__")]
        pub proto: Option<i32>,
    }
}

/// Handlers, where an app mounts them.
pub mod routes {
    pub mod chess {
        /// Requests: their types are none of the events of the same name.
        pub mod _api {
            pub mod move_v1 {
                /// What to look for.
                #[sync::wire]
                pub struct Input {
                    /// The id of a game.
                    pub id: String,
                    pub side: Option<Side>,
                    pub limit: Option<u8>,
                }

                /// One of two.
                #[sync::wire]
                pub enum Side {
                    White,
                    Black,
                }

                #[sync::wire]
                pub struct Output {
                    /// The one to move.
                    pub turn: Side,
                    pub other: Side,
                    pub item: super::super::_shared::Item,
                }
            }
        }

        /// Beside the handlers; its `Item` is another than that of the lobby.
        pub mod _shared {
            #[sync::wire]
            pub struct Item {
                pub square: String,
            }
        }

        pub mod move_v1 {
            pub mod server {
                use super::super::super::super::shared::{External, Internal, Person, Prototype, Settings};
                use super::super::_shared::Item;

                /// Where to.
                #[sync::wire]
                pub struct ClientInput {
                    /// The square that it leaves.
                    pub from: String,
                    /// The square that it reaches.
                    pub to: Option<String>,
                    pub how: Internal,
                    pub settings: Settings,
                }

                #[sync::wire]
                pub struct ServerOutput {
                    pub turn: u32,
                    pub by: Person,
                    pub item: Item,
                    pub how: External,
                    pub settings: Settings,
                    pub prototype: Prototype,
                }
            }

            pub mod client {
                #[sync::wire]
                pub struct ClientOutput {
                    pub visible: bool,
                }
            }
        }

        /// Its input is that of `v1`, which is therefore declared by name.
        pub mod move_v2 {
            pub mod server {
                #[sync::wire]
                pub struct ServerOutput {
                    pub again: Option<super::super::move_v1::server::ClientInput>,
                }
            }
        }
    }

    pub mod lobby {
        pub mod everything_v10 {
            pub mod server {
                use super::super::super::super::shared::*;

                #[sync::wire]
                pub struct Item {
                    pub price: f64,
                }

                #[sync::wire]
                pub struct ClientInput {
                    pub adjacent: Adjacent,
                    pub untagged: Untagged,
                    pub flat: Flat,
                    pub open: Open,
                    pub anything: Anything,
                    pub around: AroundExternal,
                    pub standard: Standard,
                    pub names: Option<Names>,
                    pub tree: Tree,
                    pub profile: Profile,
                    pub page: Page<Person>,
                    pub numbers: Page<Vec<i32>>,
                    pub item: Item,
                }
            }

            pub mod client {
                #[sync::wire]
                pub struct Chunk {
                    pub text: String,
                }
            }
        }
    }
}

use routes::chess::{_api, move_v1, move_v2};
use routes::lobby::everything_v10;
use shared::{Profile, Tree};

/// Describes the routes as `sync::app!` does.
#[must_use]
pub fn api() -> Api {
    api_with(&mut Model::default())
}

/// As [`api`]; what only a program with the types can do is left in `types`.
#[must_use]
pub fn api_with(types: &mut Model) -> Api {
    let routes = vec![
        route::<everything_v10::server::ClientInput, everything_v10::server::ClientInput>(
            types,
            "lobby",
            "everything",
            "v10",
        )
        .streaming::<everything_v10::client::Chunk>(types),
        route::<Option<Profile>, Tree>(types, "lobby", "everything", "v9"),
        route::<move_v1::server::ClientInput, move_v2::server::ServerOutput>(types, "chess", "move", "v2"),
        route::<move_v1::server::ClientInput, move_v1::server::ServerOutput>(types, "chess", "move", "v1")
            .filtered::<move_v1::client::ClientOutput>(types),
        route::<sync::schema::Empty, sync::schema::Empty>(types, "test/nestedTest", "it's", "v1"),
        request::<move_v1::server::ClientInput, _api::move_v1::Output>(types, "chess", "move", "v1"),
        request::<_api::move_v1::Input, Vec<Profile>>(types, "chess", "move", "v10").by_query(),
        request::<sync::schema::Empty, sync::schema::Empty>(types, "root", "time", "v1"),
    ];
    let session = wire_type::<shared::Session>(types);
    let public = wire_type::<shared::Person>(types);
    let error_codes = ["sync-not-found", "chess-not-your-turn"].map(str::to_owned).to_vec();
    let rooms = ["chess-{game_id}", "lobby"].map(str::to_owned).to_vec();
    let presence = Some(PresenceTypes { rooms, data: wire_type::<Profile>(types) });
    Api {
        manifest_dir: String::new(),
        library: String::new(),
        released: Vec::new(),
        routes: routes.into_iter().map(|route| route.0).collect(),
        session,
        public,
        rooms: Vec::new(),
        scopes: Vec::new(),
        entities: Vec::new(),
        presence,
        error_codes,
        types: types.types().clone(),
    }
}

/// Describes an app of one route, from `In` to `Out`.
#[must_use]
pub fn api_of<In: Wire, Out: Wire>() -> Api {
    let mut types = Model::default();
    let routes = vec![route::<In, Out>(&mut types, "page", "name", "v1").0];
    let [session, public] = [wire_type::<shared::Session>(&mut types), wire_type::<shared::Person>(&mut types)];
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
        error_codes: Vec::new(),
        types: types.into_types(),
    }
}

struct Described(RouteTypes);

fn route<In: Wire, Out: Wire>(types: &mut Model, page: &str, name: &str, version: &str) -> Described {
    Described(RouteTypes {
        lane: Lane::Event,
        page: page.into(),
        name: name.into(),
        version: version.into(),
        docs: format!("Does {name}.\n\nOf {page}, with `*/` inside."),
        sources: vec![
            format!("src/{page}/_sync/{name}_server_{version}.rs"),
            format!("src/{page}/_sync/{name}_client_{version}.rs"),
        ],
        room: match version {
            "v9" => Some("all".to_owned()),
            "v10" => Some("table-{number}-{seat}".to_owned()),
            _ => None,
        },
        payloads: vec![
            Payload::input("clientInput", wire_type::<In>(types)),
            Payload::output("serverOutput", wire_type::<Out>(types)),
            Payload::output("clientOutput", wire_type::<sync::schema::Empty>(types)),
            Payload::never("serverStream"),
            Payload::never("clientStream"),
        ],
        stored: None,
        retires: None,
    })
}

fn request<In: Wire, Out: Wire>(types: &mut Model, page: &str, name: &str, version: &str) -> Described {
    Described(RouteTypes {
        lane: Lane::Request,
        page: page.into(),
        name: name.into(),
        version: version.into(),
        docs: format!("Asks for {name}."),
        sources: vec![format!("src/{page}/_api/{name}_{version}.rs")],
        room: None,
        payloads: vec![
            Payload::input("input", wire_type::<In>(types)),
            Payload::output("output", wire_type::<Out>(types)),
            Payload::never("stream"),
        ],
        stored: None,
        retires: None,
    })
}

/// Describes an app of one request that is asked by `GET`.
#[must_use]
pub fn api_by_query<In: Wire>() -> Api {
    let mut types = Model::default();
    let routes = vec![request::<In, sync::schema::Empty>(&mut types, "page", "name", "v1").by_query().0];
    let [session, public] = [wire_type::<shared::Session>(&mut types), wire_type::<shared::Person>(&mut types)];
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
        error_codes: Vec::new(),
        types: types.into_types(),
    }
}

impl Described {
    fn by_query(mut self) -> Self {
        for payload in self.0.payloads.iter_mut().filter(|payload| payload.direction == Direction::ToServer) {
            payload.is_query = true;
        }
        self
    }

    fn filtered<T: Wire>(self, types: &mut Model) -> Self {
        self.with(Payload::output("clientOutput", wire_type::<T>(types)))
    }

    fn streaming<T: Wire>(self, types: &mut Model) -> Self {
        self.with(Payload::output("serverStream", wire_type::<T>(types)))
    }

    fn with(mut self, payload: Payload) -> Self {
        let place = self.0.payloads.iter_mut().find(|other| other.name == payload.name);
        *place.expect("a payload of this name") = payload;
        self
    }
}
