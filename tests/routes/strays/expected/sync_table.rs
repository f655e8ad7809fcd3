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
impl ::sync::EventRoute for chess::good_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::good_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::good_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/good";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_GOOD_V1,
        ],
        find: |path, version| match path {
            "chess/good" => match version {
                "v1" => Some(0),
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
