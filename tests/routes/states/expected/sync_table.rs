/// O(views): a change is found and written once for each group of followers.
static BOARD_STATE_FUNCTION_V1: ::sync::__private::StateOnly<board::_state::function_v1::__State> =
    ::sync::__private::StateOnly::new(::sync::__private::RouteId {
        page: "board",
        name: "function",
        version: "v1",
        path: "board/function",
        cb: "board/function/v1",
        sources: &["src/board/_state/function_v1.rs"],
        retires: None,
    });
/// O(views): a change is found and written once for each group of followers.
static BOARD_STATE_NOTES_V1: ::sync::__private::StateOnly<board::_state::notes_v1::__State> =
    ::sync::__private::StateOnly::new(::sync::__private::RouteId {
        page: "board",
        name: "notes",
        version: "v1",
        path: "board/notes",
        cb: "board/notes/v1",
        sources: &["src/board/_state/notes_v1.rs"],
        retires: None,
    });
/// O(views): a change is found and written once for each group of followers.
static BOARD_STATE_NOTES_V2: ::sync::__private::StateOnly<board::_state::notes_v2::__State> =
    ::sync::__private::StateOnly::new(::sync::__private::RouteId {
        page: "board",
        name: "notes",
        version: "v2",
        path: "board/notes",
        cb: "board/notes/v2",
        sources: &["src/board/_state/notes_v2.rs"],
        retires: None,
    });
/// O(views): a change is found and written once for each group of followers.
static BOARD_STATE_NOTES_SERVER_V1: ::sync::__private::StateOnly<board::_state::notes_server_v1::__State> =
    ::sync::__private::StateOnly::new(::sync::__private::RouteId {
        page: "board",
        name: "notes_server",
        version: "v1",
        path: "board/notes_server",
        cb: "board/notes_server/v1",
        sources: &["src/board/_state/notes_server_v1.rs"],
        retires: None,
    });
/// O(views): a change is found and written once for each group of followers.
static BOARD_STATE_SHAPES_V1: ::sync::__private::StateOnly<board::_state::shapes_v1::__State> =
    ::sync::__private::StateOnly::new(::sync::__private::RouteId {
        page: "board",
        name: "shapes",
        version: "v1",
        path: "board/shapes",
        cb: "board/shapes/v1",
        sources: &["src/board/_state/shapes_v1.rs"],
        retires: None,
    });
impl ::sync::__private::StateRoute for board::_state::function_v1::__State {
    const PATH: &'static str = "board/function";
    const VERSION: &'static str = "v1";
}
impl ::sync::__private::StateRoute for board::_state::notes_v1::__State {
    const PATH: &'static str = "board/notes";
    const VERSION: &'static str = "v1";
}
impl ::sync::__private::StateRoute for board::_state::notes_v2::__State {
    const PATH: &'static str = "board/notes";
    const VERSION: &'static str = "v2";
}
impl ::sync::__private::StateRoute for board::_state::notes_server_v1::__State {
    const PATH: &'static str = "board/notes_server";
    const VERSION: &'static str = "v1";
}
impl ::sync::__private::StateRoute for board::_state::shapes_v1::__State {
    const PATH: &'static str = "board/shapes";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    requests: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    states: ::sync::__private::Routes {
        all: &[
            &BOARD_STATE_FUNCTION_V1,
            &BOARD_STATE_NOTES_V1,
            &BOARD_STATE_NOTES_V2,
            &BOARD_STATE_NOTES_SERVER_V1,
            &BOARD_STATE_SHAPES_V1,
        ],
        find: |path, version| match path {
            "board/function" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "board/notes" => match version {
                "v1" => Some(1),
                "v2" => Some(2),
                _ => None,
            },
            "board/notes_server" => match version {
                "v1" => Some(3),
                _ => None,
            },
            "board/shapes" => match version {
                "v1" => Some(4),
                _ => None,
            },
            _ => None,
        },
    },
    mutations: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    replicas: &[],
    rooms: &[
        &board::_room::__Room,
    ],
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
        mod board {
            mod _room {
                const ROOM: ::sync::testing::contract::RoomUnderTest = ::sync::testing::contract::RoomUnderTest {
                    rule: 0,
                    source: "src/board/_room.rs",
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROOM)
                    keeps_to_its_pattern
                    lets_in_whom_it_says
                }
            }
            mod _state {
                mod function_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::State,
                        name: "board/function/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
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
                        reads_what_was_stored
                        is_limited
                    }
                }
                mod notes_server_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::State,
                        name: "board/notes_server/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        needs_membership
                        keeps_to_its_rooms
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        reads_what_was_stored
                        is_limited
                    }
                }
                mod notes_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::State,
                        name: "board/notes/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        needs_membership
                        keeps_to_its_rooms
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        reads_what_was_stored
                        is_limited
                    }
                }
                mod notes_v2 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::State,
                        name: "board/notes/v2",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        needs_membership
                        keeps_to_its_rooms
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        reads_what_was_stored
                        is_limited
                    }
                }
                mod shapes_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::State,
                        name: "board/shapes/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        needs_membership
                        keeps_to_its_rooms
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        reads_what_was_stored
                        is_limited
                    }
                }
            }
        }
    }
}
