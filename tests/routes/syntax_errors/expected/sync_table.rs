/// O(1): no filter, an event is encoded once.
static CHESS_GOOD_V1: ::sync::__private::ServerOnly<chess::good_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "good",
        version: "v1",
        path: "chess/good",
        cb: "chess/good/v1",
        sources: &["src/chess/_sync/good_server_v1.rs"],
    });
/// O(members): the filter runs once for each member.
static CHESS_MOVE_V1: ::sync::__private::Paired<chess::move_v1::server::__Server, chess::move_v1::client::__Client> =
    ::sync::__private::Paired::new(::sync::__private::RouteId {
        page: "chess",
        name: "move",
        version: "v1",
        path: "chess/move",
        cb: "chess/move/v1",
        sources: &["src/chess/_sync/move_server_v1.rs", "src/chess/_sync/move_client_v1.rs"],
    });
/// O(1): no filter, an event is encoded once.
static CHESS_TAKE_V1: ::sync::__private::ServerOnly<chess::take_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "take",
        version: "v1",
        path: "chess/take",
        cb: "chess/take/v1",
        sources: &["src/chess/_sync/take_server_v1.rs"],
    });
impl ::sync::EventRoute for chess::good_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::good_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::good_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/good";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::move_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/move";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::take_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::take_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::take_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/take";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_GOOD_V1,
            &CHESS_MOVE_V1,
            &CHESS_TAKE_V1,
        ],
        find: |path, version| match path {
            "chess/good" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "chess/move" => match version {
                "v1" => Some(1),
                _ => None,
            },
            "chess/take" => match version {
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
    rooms: &[
        &chess::_room::__Room,
    ],
    error_codes: &[],
    locales: &[],
};
