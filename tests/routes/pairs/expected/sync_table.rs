/// O(1): no filter, an event is encoded once.
static CHESS_MOVE_V1: ::sync::__private::ServerOnly<chess::move_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "move",
        version: "v1",
        path: "chess/move",
        cb: "chess/move/v1",
        sources: &["src/chess/_sync/move_server_v1.rs"],
    });
/// O(members): the filter runs once for each member.
static CHESS_SMALL_V1: ::sync::__private::Paired<chess::small_v1::server::__Server, chess::small_v1::client::__Client> =
    ::sync::__private::Paired::new(::sync::__private::RouteId {
        page: "chess",
        name: "small",
        version: "v1",
        path: "chess/small",
        cb: "chess/small/v1",
        sources: &["src/chess/_sync/small_server_v1.rs", "src/chess/_sync/small_client_v1.rs"],
    });
impl ::sync::EventRoute for chess::move_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/move";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::small_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::small_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::small_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/small";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_MOVE_V1,
            &CHESS_SMALL_V1,
        ],
        find: |path, version| match path {
            "chess/move" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "chess/small" => match version {
                "v1" => Some(1),
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
