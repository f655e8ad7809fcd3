/// O(1): no filter, an event is encoded once.
static CHESS_MOVE_V1: ::sync::__private::ServerOnly<chess::move_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "move",
        version: "v1",
        path: "chess/move",
        cb: "chess/move/v1",
        sources: &["src/chess/_sync/move_server_v1.rs"],
        retires: None,
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
        retires: None,
    });
impl ::sync::EventRoute for chess::move_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::move_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/move";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::small_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::small_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::small_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = <chess::small_v1::client::__Client as ::sync::__private::ClientHandler>::Output;
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
    states: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    mutations: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    replicas: &[],
    rooms: &[],
    scopes: &[],
    entities: &[],
    error_codes: &[],
    released: &[],
    locales: &[],
};
::sync::__if_testing! {
    /// What holds of every route, whatever it does: `sync::testing::contract`.
    #[cfg(test)]
    mod contract {
        const KIT: ::sync::testing::contract::Kit<crate::SyncApp> = ::sync::testing::contract::Kit {
            start: crate::test,
            public: &[],
            may_panic: &[],
            real_time: false,
            codes: &[
            ],
        };
        ::sync::__contract_tests! {
            (&KIT)
            lists_what_there_is
        }
        mod chess {
            mod move_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "chess/move/v1",
                    rule: None,
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROUTE)
                    needs_a_login
                    refuses_an_ended_session
                    needs_membership
                    refuses_malformed_input
                    keeps_to_its_bounds
                    survives_fuzzed_input
                    refuses_too_large_input
                    refuses_other_versions
                    refuses_in_the_readers_language
                    answers_alike_over_http
                    answers_a_repeat_once
                    delivers_what_it_answers
                    is_limited
                }
            }
            mod small_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "chess/small/v1",
                    rule: None,
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROUTE)
                    needs_a_login
                    refuses_an_ended_session
                    needs_membership
                    refuses_malformed_input
                    keeps_to_its_bounds
                    survives_fuzzed_input
                    refuses_too_large_input
                    refuses_other_versions
                    refuses_in_the_readers_language
                    answers_alike_over_http
                    answers_a_repeat_once
                    delivers_what_it_answers
                    is_limited
                }
            }
        }
    }
}
