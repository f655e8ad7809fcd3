/// O(1): no filter, an event is encoded once.
static POLLS_VOTE_V1: ::sync::__private::ServerOnly<polls::vote_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "polls",
        name: "vote",
        version: "v1",
        path: "polls/vote",
        cb: "polls/vote/v1",
        sources: &["src/polls/_sync/vote_server_v1.rs"],
    });
impl ::sync::EventRoute for polls::vote_v1::Event {
    type App = crate::SyncApp;
    type Input = <polls::vote_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <polls::vote_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "polls/vote";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &POLLS_VOTE_V1,
        ],
        find: |path, version| match path {
            "polls/vote" => match version {
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
    rooms: &[
        &broken::_room::__Room,
        &polls::_room::__Room,
    ],
    error_codes: &[],
    locales: &[],
};
