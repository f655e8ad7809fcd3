/// O(1): no filter, an event is encoded once.
static CHESS_FIND_V1: ::sync::__private::ServerOnly<chess::find_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "find",
        version: "v1",
        path: "chess/find",
        cb: "chess/find/v1",
        sources: &["src/chess/_sync/find_server_v1.rs"],
        retires: None,
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
        retires: None,
    });
impl ::sync::EventRoute for chess::find_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::find_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::find_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/find";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for root::time_v1::Event {
    type App = crate::SyncApp;
    type Input = <root::time_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <root::time_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
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
        retires: None,
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
        retires: None,
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
        retires: None,
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
        retires: None,
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
        retires: None,
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
        retires: None,
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
        retires: None,
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
        retires: None,
    });
impl ::sync::RequestRoute for chess::_api::find_v1::__Request {
    type App = crate::SyncApp;
    type Input = <chess::_api::find_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::_api::find_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "chess/find";
    const VERSION: &'static str = "v1";
}
impl ::sync::RequestRoute for chess::_api::find_v2::__Request {
    type App = crate::SyncApp;
    type Input = <chess::_api::find_v2::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::_api::find_v2::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "chess/find";
    const VERSION: &'static str = "v2";
}
impl ::sync::RequestRoute for chess::_api::find_v10::__Request {
    type App = crate::SyncApp;
    type Input = <chess::_api::find_v10::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::_api::find_v10::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "chess/find";
    const VERSION: &'static str = "v10";
}
impl ::sync::RequestRoute for chess::_api::my_move_v1::__Request {
    type App = crate::SyncApp;
    type Input = <chess::_api::my_move_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::_api::my_move_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "chess/my-move";
    const VERSION: &'static str = "v1";
}
impl ::sync::RequestRoute for chess::openings::_api::list_v1::__Request {
    type App = crate::SyncApp;
    type Input = <chess::openings::_api::list_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::openings::_api::list_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "chess/openings/list";
    const VERSION: &'static str = "v1";
}
impl ::sync::RequestRoute for lobby::_api::_2fa_v1::__Request {
    type App = crate::SyncApp;
    type Input = <lobby::_api::_2fa_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <lobby::_api::_2fa_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "lobby/2fa";
    const VERSION: &'static str = "v1";
}
impl ::sync::RequestRoute for lobby::_api::restart_server_v1::__Request {
    type App = crate::SyncApp;
    type Input = <lobby::_api::restart_server_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <lobby::_api::restart_server_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "lobby/restart_server";
    const VERSION: &'static str = "v1";
}
impl ::sync::RequestRoute for root::_api::time_v1::__Request {
    type App = crate::SyncApp;
    type Input = <root::_api::time_v1::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <root::_api::time_v1::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "root/time";
    const VERSION: &'static str = "v1";
}
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
    states: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    mutations: ::sync::__private::Routes {
        all: &[],
        find: |_path, _version| None,
    },
    replicas: &[],
    rooms: &[
        &chess::_room::__Room,
    ],
    scopes: &[],
    entities: &[],
    error_codes: &[
        "chess-no-such-game",
    ],
    released: &[],
    locales: &[
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
    ],
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
                ("chess-no-such-game", &[]),
            ],
        };
        ::sync::__contract_tests! {
            (&KIT)
            lists_what_there_is
        }
        mod chess {
            mod _api {
                mod find_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "chess/find/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
                mod find_v10 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "chess/find/v10",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
                mod find_v2 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "chess/find/v2",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
                mod my_move_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "chess/my-move/v1",
                        rule: Some(0),
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
            }
            mod _room {
                const ROOM: ::sync::testing::contract::RoomUnderTest = ::sync::testing::contract::RoomUnderTest {
                    rule: 0,
                    source: "src/chess/_room.rs",
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROOM)
                    keeps_to_its_pattern
                    lets_in_whom_it_says
                }
            }
            mod find_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "chess/find/v1",
                    rule: Some(0),
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
            mod openings {
                mod _api {
                    mod list_v1 {
                        const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                            lane: ::sync::schema::Lane::Request,
                            name: "chess/openings/list/v1",
                            rule: None,
                        };
                        ::sync::__contract_tests! {
                            (&super::super::super::super::KIT, &ROUTE)
                            needs_a_login
                            refuses_an_ended_session
                            refuses_malformed_input
                            keeps_to_its_bounds
                            survives_fuzzed_input
                            refuses_too_large_input
                            refuses_other_versions
                            refuses_in_the_readers_language
                            answers_alike_over_http
                            answers_a_repeat_once
                            is_limited
                        }
                    }
                }
            }
        }
        mod languages {
            mod en {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "en")
                    every_code_has_a_sentence
                }
            }
        }
        mod lobby {
            mod _api {
                mod _2fa_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "lobby/2fa/v1",
                        rule: None,
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
                mod restart_server_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "lobby/restart_server/v1",
                        rule: None,
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
            }
        }
        mod root {
            mod _api {
                mod time_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "root/time/v1",
                        rule: None,
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        needs_a_login
                        refuses_an_ended_session
                        refuses_malformed_input
                        keeps_to_its_bounds
                        survives_fuzzed_input
                        refuses_too_large_input
                        refuses_other_versions
                        refuses_in_the_readers_language
                        answers_alike_over_http
                        answers_a_repeat_once
                        is_limited
                    }
                }
            }
            mod time_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "root/time/v1",
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
