/// O(1): no filter, an event is encoded once.
static CHESS_FIND_V1: ::sync::__private::ServerOnly<chess::find_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "find",
        version: "v1",
        path: "chess/find",
        cb: "chess/find/v1",
        sources: &["src/chess/_sync/find_server_v1.rs"],
    });
/// O(1): no filter, an event is encoded once.
static ROOT_TIME_V1: ::sync::__private::ServerOnly<root::time_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "root",
        name: "time",
        version: "v1",
        path: "root/time",
        cb: "root/time/v1",
        sources: &["src/_sync/time_server_v1.rs"],
    });
impl ::sync::EventRoute for chess::find_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::find_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::find_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/find";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for root::time_v1::Event {
    type App = crate::SyncApp;
    type Input = <root::time_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <root::time_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "root/time";
    const VERSION: &'static str = "v1";
}
/// O(1): nobody but the caller hears of it.
static CHESS_API_FIND_V1: ::sync::__private::RequestOnly<chess::_api::find_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "find",
        version: "v1",
        path: "chess/find",
        cb: "chess/find/v1",
        sources: &["src/chess/_api/find_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_API_FIND_V2: ::sync::__private::RequestOnly<chess::_api::find_v2::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "find",
        version: "v2",
        path: "chess/find",
        cb: "chess/find/v2",
        sources: &["src/chess/_api/find_v2.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_API_FIND_V10: ::sync::__private::RequestOnly<chess::_api::find_v10::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "find",
        version: "v10",
        path: "chess/find",
        cb: "chess/find/v10",
        sources: &["src/chess/_api/find_v10.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_API_MY_MOVE_V1: ::sync::__private::RequestOnly<chess::_api::my_move_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "my-move",
        version: "v1",
        path: "chess/my-move",
        cb: "chess/my-move/v1",
        sources: &["src/chess/_api/my-move_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_OPENINGS_API_LIST_V1: ::sync::__private::RequestOnly<chess::openings::_api::list_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess/openings",
        name: "list",
        version: "v1",
        path: "chess/openings/list",
        cb: "chess/openings/list/v1",
        sources: &["src/chess/openings/_api/list_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static LOBBY_API_2FA_V1: ::sync::__private::RequestOnly<lobby::_api::_2fa_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "lobby",
        name: "2fa",
        version: "v1",
        path: "lobby/2fa",
        cb: "lobby/2fa/v1",
        sources: &["src/lobby/_api/2fa_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static LOBBY_API_RESTART_SERVER_V1: ::sync::__private::RequestOnly<lobby::_api::restart_server_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "lobby",
        name: "restart_server",
        version: "v1",
        path: "lobby/restart_server",
        cb: "lobby/restart_server/v1",
        sources: &["src/lobby/_api/restart_server_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static ROOT_API_TIME_V1: ::sync::__private::RequestOnly<root::_api::time_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "root",
        name: "time",
        version: "v1",
        path: "root/time",
        cb: "root/time/v1",
        sources: &["src/_api/time_v1.rs"],
    });
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_FIND_V1,
            &ROOT_TIME_V1,
        ],
        find: |path, version| match path {
            "chess/find" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "root/time" => match version {
                "v1" => Some(1),
                _ => None,
            },
            _ => None,
        },
    },
    requests: ::sync::__private::Routes {
        all: &[
            &CHESS_API_FIND_V1,
            &CHESS_API_FIND_V2,
            &CHESS_API_FIND_V10,
            &CHESS_API_MY_MOVE_V1,
            &CHESS_OPENINGS_API_LIST_V1,
            &LOBBY_API_2FA_V1,
            &LOBBY_API_RESTART_SERVER_V1,
            &ROOT_API_TIME_V1,
        ],
        find: |path, version| match path {
            "chess/find" => match version {
                "v1" => Some(0),
                "v2" => Some(1),
                "v10" => Some(2),
                _ => None,
            },
            "chess/my-move" => match version {
                "v1" => Some(3),
                _ => None,
            },
            "chess/openings/list" => match version {
                "v1" => Some(4),
                _ => None,
            },
            "lobby/2fa" => match version {
                "v1" => Some(5),
                _ => None,
            },
            "lobby/restart_server" => match version {
                "v1" => Some(6),
                _ => None,
            },
            "root/time" => match version {
                "v1" => Some(7),
                _ => None,
            },
            _ => None,
        },
    },
    rooms: &[
        &chess::_room::__Room,
    ],
    error_codes: &[
        "chess-no-such-game",
    ],
    locales: &[
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
    ],
};
