/// O(1): no filter, an event is encoded once.
static CHESS_ELSEWHERE_V1: ::sync::__private::ServerOnly<chess::elsewhere_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "elsewhere",
        version: "v1",
        path: "chess/elsewhere",
        cb: "chess/elsewhere/v1",
        sources: &["src/chess/_sync/elsewhere_server_v1.rs"],
    });
/// O(1): no filter, an event is encoded once.
static CHESS_RENAMED_V1: ::sync::__private::ServerOnly<chess::renamed_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "renamed",
        version: "v1",
        path: "chess/renamed",
        cb: "chess/renamed/v1",
        sources: &["src/chess/_sync/renamed_server_v1.rs"],
    });
/// O(1): no filter, an event is encoded once.
static CHESS_TWICE_V1: ::sync::__private::ServerOnly<chess::twice_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "twice",
        version: "v1",
        path: "chess/twice",
        cb: "chess/twice/v1",
        sources: &["src/chess/_sync/twice_server_v1.rs"],
    });
impl ::sync::EventRoute for chess::elsewhere_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::elsewhere_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::elsewhere_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/elsewhere";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::renamed_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::renamed_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::renamed_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/renamed";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::twice_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::twice_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::twice_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/twice";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_ELSEWHERE_V1,
            &CHESS_RENAMED_V1,
            &CHESS_TWICE_V1,
        ],
        find: |path, version| match path {
            "chess/elsewhere" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "chess/renamed" => match version {
                "v1" => Some(1),
                _ => None,
            },
            "chess/twice" => match version {
                "v1" => Some(2),
                _ => None,
            },
            _ => None,
        },
    },
    requests: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    rooms: &[],
    error_codes: &[],
    locales: &[],
};
