/// O(1): no filter, an event is encoded once.
static CHESS_TAKE_PIECE_V2: ::sync::__private::ServerOnly<chess::take_piece_v2::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess",
        name: "take_piece",
        version: "v2",
        path: "chess/take_piece",
        cb: "chess/take_piece/v2",
        sources: &["src/chess/_sync/take_piece_server_v2.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static CHESS__ROOM_A_V1: ::sync::__private::ServerOnly<chess::__misnamed_0::a_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess/_room",
        name: "a",
        version: "v1",
        path: "chess/_room/a",
        cb: "chess/_room/a/v1",
        sources: &["src/chess/_room/_sync/a_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static CHESS__RULES_A_V1: ::sync::__private::ServerOnly<chess::__misnamed_1::a_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess/_rules",
        name: "a",
        version: "v1",
        path: "chess/_rules/a",
        cb: "chess/_rules/a/v1",
        sources: &["src/chess/_rules/_sync/a_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static CHESS_MOVE_V1_A_V1: ::sync::__private::ServerOnly<chess::__misnamed_2::a_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "chess/move_v1",
        name: "a",
        version: "v1",
        path: "chess/move_v1/a",
        cb: "chess/move_v1/a/v1",
        sources: &["src/chess/move_v1/_sync/a_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static MY_PAGE_A_V1: ::sync::__private::ServerOnly<my_page::a_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "my-page",
        name: "a",
        version: "v1",
        path: "my-page/a",
        cb: "my-page/a/v1",
        sources: &["src/my-page/_sync/a_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static ROOT_ANNOUNCE_V1: ::sync::__private::ServerOnly<root::announce_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "root",
        name: "announce",
        version: "v1",
        path: "root/announce",
        cb: "root/announce/v1",
        sources: &["src/_sync/announce_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static TYPE_A_V1: ::sync::__private::ServerOnly<type_::a_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "type",
        name: "a",
        version: "v1",
        path: "type/a",
        cb: "type/a/v1",
        sources: &["src/type/_sync/a_server_v1.rs"],
        retires: None,
    });
impl ::sync::EventRoute for chess::take_piece_v2::Event {
    type App = crate::SyncApp;
    type Input = <chess::take_piece_v2::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::take_piece_v2::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/take_piece";
    const VERSION: &'static str = "v2";
}
impl ::sync::EventRoute for chess::__misnamed_0::a_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::__misnamed_0::a_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::__misnamed_0::a_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/_room/a";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::__misnamed_1::a_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::__misnamed_1::a_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::__misnamed_1::a_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/_rules/a";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for chess::__misnamed_2::a_v1::Event {
    type App = crate::SyncApp;
    type Input = <chess::__misnamed_2::a_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <chess::__misnamed_2::a_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "chess/move_v1/a";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for my_page::a_v1::Event {
    type App = crate::SyncApp;
    type Input = <my_page::a_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <my_page::a_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "my-page/a";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for root::announce_v1::Event {
    type App = crate::SyncApp;
    type Input = <root::announce_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <root::announce_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "root/announce";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for type_::a_v1::Event {
    type App = crate::SyncApp;
    type Input = <type_::a_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <type_::a_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "type/a";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &CHESS_TAKE_PIECE_V2,
            &CHESS__ROOM_A_V1,
            &CHESS__RULES_A_V1,
            &CHESS_MOVE_V1_A_V1,
            &MY_PAGE_A_V1,
            &ROOT_ANNOUNCE_V1,
            &TYPE_A_V1,
        ],
        find: |path, version| match path {
            "chess/take_piece" => match version {
                "v2" => Some(0),
                _ => None,
            },
            "chess/_room/a" => match version {
                "v1" => Some(1),
                _ => None,
            },
            "chess/_rules/a" => match version {
                "v1" => Some(2),
                _ => None,
            },
            "chess/move_v1/a" => match version {
                "v1" => Some(3),
                _ => None,
            },
            "my-page/a" => match version {
                "v1" => Some(4),
                _ => None,
            },
            "root/announce" => match version {
                "v1" => Some(5),
                _ => None,
            },
            "type/a" => match version {
                "v1" => Some(6),
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
            mod __misnamed_0 {
                mod a_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "chess/_room/a/v1",
                        rule: None,
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
                        delivers_what_it_answers
                        is_limited
                    }
                }
            }
            mod __misnamed_1 {
                mod a_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "chess/_rules/a/v1",
                        rule: None,
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
                        delivers_what_it_answers
                        is_limited
                    }
                }
            }
            mod __misnamed_2 {
                mod a_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "chess/move_v1/a/v1",
                        rule: None,
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
                        delivers_what_it_answers
                        is_limited
                    }
                }
            }
            mod take_piece_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "chess/take_piece/v2",
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
        mod my_page {
            mod a_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "my-page/a/v1",
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
        mod root {
            mod announce_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "root/announce/v1",
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
        mod type_ {
            mod a_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "type/a/v1",
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
