/// O(1): nobody but the caller hears of it.
static CHESS_API_ELSEWHERE_V1: ::sync::__private::RequestOnly<chess::_api::elsewhere_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "elsewhere",
        version: "v1",
        path: "chess/elsewhere",
        cb: "chess/elsewhere/v1",
        sources: &["src/chess/_api/elsewhere_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_API_RENAMED_V1: ::sync::__private::RequestOnly<chess::_api::renamed_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "renamed",
        version: "v1",
        path: "chess/renamed",
        cb: "chess/renamed/v1",
        sources: &["src/chess/_api/renamed_v1.rs"],
    });
/// O(1): nobody but the caller hears of it.
static CHESS_API_TWICE_V1: ::sync::__private::RequestOnly<chess::_api::twice_v1::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "twice",
        version: "v1",
        path: "chess/twice",
        cb: "chess/twice/v1",
        sources: &["src/chess/_api/twice_v1.rs"],
    });
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    requests: ::sync::__private::Routes {
        all: &[
            &CHESS_API_ELSEWHERE_V1,
            &CHESS_API_RENAMED_V1,
            &CHESS_API_TWICE_V1,
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
    rooms: &[],
    error_codes: &[],
    locales: &[],
};
