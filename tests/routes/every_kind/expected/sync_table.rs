/// O(1): no filter, an event is encoded once.
static _2024_SAY_V1: ::sync::__private::ServerOnly<_2024::say_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "2024",
        name: "say",
        version: "v1",
        path: "2024/say",
        cb: "2024/say/v1",
        sources: &["src/2024/_sync/say_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static A_B_C_V1: ::sync::__private::ServerOnly<a::b_c_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "a",
        name: "b_c",
        version: "v1",
        path: "a/b_c",
        cb: "a/b_c/v1",
        sources: &["src/a/_sync/b_c_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static A_B_C_V1_2: ::sync::__private::ServerOnly<a::b::c_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "a/b",
        name: "c",
        version: "v1",
        path: "a/b/c",
        cb: "a/b/c/v1",
        sources: &["src/a/b/_sync/c_server_v1.rs"],
        retires: None,
    });
/// O(members): the filter runs once for each member.
static EXAMPLES_2FA_V1: ::sync::__private::ClientOnly<examples::_2fa_v1::client::__Client> =
    ::sync::__private::ClientOnly::new(::sync::__private::RouteId {
        page: "examples",
        name: "2fa",
        version: "v1",
        path: "examples/2fa",
        cb: "examples/2fa/v1",
        sources: &["src/examples/_sync/2fa_client_v1.rs"],
        retires: None,
    });
/// O(groups): the filter runs once for each value of its `by`.
static EXAMPLES_RANKED_V1: ::sync::__private::ClientOnly<examples::ranked_v1::client::__Client> =
    ::sync::__private::ClientOnly::new(::sync::__private::RouteId {
        page: "examples",
        name: "ranked",
        version: "v1",
        path: "examples/ranked",
        cb: "examples/ranked/v1",
        sources: &["src/examples/_sync/ranked_client_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static EXAMPLES_UPDATE_COUNTER_V1: ::sync::__private::ServerOnly<examples::update_counter_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "examples",
        name: "update-counter",
        version: "v1",
        path: "examples/update-counter",
        cb: "examples/update-counter/v1",
        sources: &["src/examples/_sync/update-counter_server_v1.rs"],
        retires: None,
    });
/// O(members): the filter runs once for each member.
static EXAMPLES_UPDATE_COUNTER_V1_2: ::sync::__private::Paired<examples::updateCounter_v1::server::__Server, examples::updateCounter_v1::client::__Client> =
    ::sync::__private::Paired::new(::sync::__private::RouteId {
        page: "examples",
        name: "updateCounter",
        version: "v1",
        path: "examples/updateCounter",
        cb: "examples/updateCounter/v1",
        sources: &["src/examples/_sync/updateCounter_server_v1.rs", "src/examples/_sync/updateCounter_client_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static EXAMPLES_UPDATE_COUNTER_V2: ::sync::__private::ServerOnly<examples::updateCounter_v2::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "examples",
        name: "updateCounter",
        version: "v2",
        path: "examples/updateCounter",
        cb: "examples/updateCounter/v2",
        sources: &["src/examples/_sync/updateCounter_server_v2.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static EXAMPLES_UPDATE_COUNTER_V10: ::sync::__private::ServerOnly<examples::updateCounter_v10::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "examples",
        name: "updateCounter",
        version: "v10",
        path: "examples/updateCounter",
        cb: "examples/updateCounter/v10",
        sources: &["src/examples/_sync/updateCounter_server_v10.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static LOBBY_SHOUT_V1: ::sync::__private::ServerOnly<lobby::shout_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "lobby",
        name: "shout",
        version: "v1",
        path: "lobby/shout",
        cb: "lobby/shout/v1",
        sources: &["src/lobby/_sync/shout_server_v1.rs"],
        retires: None,
    });
/// O(members): the filter runs once for each member.
static LOBBY_TYPING_V1: ::sync::__private::ClientOnly<lobby::typing_v1::client::__Client> =
    ::sync::__private::ClientOnly::new(::sync::__private::RouteId {
        page: "lobby",
        name: "typing",
        version: "v1",
        path: "lobby/typing",
        cb: "lobby/typing/v1",
        sources: &["src/lobby/_sync/typing_client_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static MY_PAGE_SUB_SAY_V1: ::sync::__private::ServerOnly<my_page::sub::say_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "my-page/sub",
        name: "say",
        version: "v1",
        path: "my-page/sub/say",
        cb: "my-page/sub/say/v1",
        sources: &["src/my-page/sub/_sync/say_server_v1.rs"],
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
static TEST_NESTED_TEST_ROOM_V1: ::sync::__private::ServerOnly<test::nestedTest::room_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "test/nestedTest",
        name: "room",
        version: "v1",
        path: "test/nestedTest/room",
        cb: "test/nestedTest/room/v1",
        sources: &["src/test/nestedTest/_sync/room_server_v1.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static TYPE_SAY_V1: ::sync::__private::ServerOnly<type_::say_v1::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "type",
        name: "say",
        version: "v1",
        path: "type/say",
        cb: "type/say/v1",
        sources: &["src/type/_sync/say_server_v1.rs"],
        retires: None,
    });
impl ::sync::EventRoute for _2024::say_v1::Event {
    type App = crate::SyncApp;
    type Input = <_2024::say_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <_2024::say_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "2024/say";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for a::b_c_v1::Event {
    type App = crate::SyncApp;
    type Input = <a::b_c_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <a::b_c_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "a/b_c";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for a::b::c_v1::Event {
    type App = crate::SyncApp;
    type Input = <a::b::c_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <a::b::c_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "a/b/c";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for examples::_2fa_v1::Event {
    type App = crate::SyncApp;
    type Input = <examples::_2fa_v1::client::__Client as ::sync::__private::ClientHandler>::Input;
    type Output = ::sync::Empty;
    type ClientOutput = <examples::_2fa_v1::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/2fa";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for examples::ranked_v1::Event {
    type App = crate::SyncApp;
    type Input = <examples::ranked_v1::client::__Client as ::sync::__private::ClientHandler>::Input;
    type Output = ::sync::Empty;
    type ClientOutput = <examples::ranked_v1::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/ranked";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for examples::update_counter_v1::Event {
    type App = crate::SyncApp;
    type Input = <examples::update_counter_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <examples::update_counter_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/update-counter";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for examples::updateCounter_v1::Event {
    type App = crate::SyncApp;
    type Input = <examples::updateCounter_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <examples::updateCounter_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = <examples::updateCounter_v1::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/updateCounter";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for examples::updateCounter_v2::Event {
    type App = crate::SyncApp;
    type Input = <examples::updateCounter_v2::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <examples::updateCounter_v2::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/updateCounter";
    const VERSION: &'static str = "v2";
}
impl ::sync::EventRoute for examples::updateCounter_v10::Event {
    type App = crate::SyncApp;
    type Input = <examples::updateCounter_v10::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <examples::updateCounter_v10::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "examples/updateCounter";
    const VERSION: &'static str = "v10";
}
impl ::sync::EventRoute for lobby::shout_v1::Event {
    type App = crate::SyncApp;
    type Input = <lobby::shout_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <lobby::shout_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::Everyone;
    const PATH: &'static str = "lobby/shout";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for lobby::typing_v1::Event {
    type App = crate::SyncApp;
    type Input = <lobby::typing_v1::client::__Client as ::sync::__private::ClientHandler>::Input;
    type Output = ::sync::Empty;
    type ClientOutput = <lobby::typing_v1::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "lobby/typing";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for my_page::sub::say_v1::Event {
    type App = crate::SyncApp;
    type Input = <my_page::sub::say_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <my_page::sub::say_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "my-page/sub/say";
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
impl ::sync::EventRoute for test::nestedTest::room_v1::Event {
    type App = crate::SyncApp;
    type Input = <test::nestedTest::room_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <test::nestedTest::room_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "test/nestedTest/room";
    const VERSION: &'static str = "v1";
}
impl ::sync::EventRoute for type_::say_v1::Event {
    type App = crate::SyncApp;
    type Input = <type_::say_v1::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <type_::say_v1::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "type/say";
    const VERSION: &'static str = "v1";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &_2024_SAY_V1,
            &A_B_C_V1,
            &A_B_C_V1_2,
            &EXAMPLES_2FA_V1,
            &EXAMPLES_RANKED_V1,
            &EXAMPLES_UPDATE_COUNTER_V1,
            &EXAMPLES_UPDATE_COUNTER_V1_2,
            &EXAMPLES_UPDATE_COUNTER_V2,
            &EXAMPLES_UPDATE_COUNTER_V10,
            &LOBBY_SHOUT_V1,
            &LOBBY_TYPING_V1,
            &MY_PAGE_SUB_SAY_V1,
            &ROOT_ANNOUNCE_V1,
            &TEST_NESTED_TEST_ROOM_V1,
            &TYPE_SAY_V1,
        ],
        find: |path, version| match path {
            "2024/say" => match version {
                "v1" => Some(0),
                _ => None,
            },
            "a/b_c" => match version {
                "v1" => Some(1),
                _ => None,
            },
            "a/b/c" => match version {
                "v1" => Some(2),
                _ => None,
            },
            "examples/2fa" => match version {
                "v1" => Some(3),
                _ => None,
            },
            "examples/ranked" => match version {
                "v1" => Some(4),
                _ => None,
            },
            "examples/update-counter" => match version {
                "v1" => Some(5),
                _ => None,
            },
            "examples/updateCounter" => match version {
                "v1" => Some(6),
                "v2" => Some(7),
                "v10" => Some(8),
                _ => None,
            },
            "lobby/shout" => match version {
                "v1" => Some(9),
                _ => None,
            },
            "lobby/typing" => match version {
                "v1" => Some(10),
                _ => None,
            },
            "my-page/sub/say" => match version {
                "v1" => Some(11),
                _ => None,
            },
            "root/announce" => match version {
                "v1" => Some(12),
                _ => None,
            },
            "test/nestedTest/room" => match version {
                "v1" => Some(13),
                _ => None,
            },
            "type/say" => match version {
                "v1" => Some(14),
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
    rooms: &[
        &examples::_room::__Room,
        &lobby::rooms::_room::__Room,
        &root::_room::__Room,
    ],
    scopes: &[],
    entities: &[],
    error_codes: &[
        "counter-full",
        "refused-everywhere",
    ],
    released: &[],
    locales: &[
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
        ("nl", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/nl/app.ftl"))),
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
                ("counter-full", &["max"]),
                ("refused-everywhere", &[]),
            ],
        };
        ::sync::__contract_tests! {
            (&KIT)
            lists_what_there_is
        }
        mod _2024 {
            mod say_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "2024/say/v1",
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
        mod a {
            mod b {
                mod c_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "a/b/c/v1",
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
            mod b_c_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "a/b_c/v1",
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
        mod examples {
            mod _2fa_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/2fa/v1",
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
            mod _room {
                const ROOM: ::sync::testing::contract::RoomUnderTest = ::sync::testing::contract::RoomUnderTest {
                    rule: 0,
                    source: "src/examples/_room.rs",
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROOM)
                    keeps_to_its_pattern
                    lets_in_whom_it_says
                }
            }
            mod ranked_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/ranked/v1",
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
            mod updateCounter_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/updateCounter/v1",
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
            mod updateCounter_v10 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/updateCounter/v10",
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
            mod updateCounter_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/updateCounter/v2",
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
            mod update_counter_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "examples/update-counter/v1",
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
        }
        mod languages {
            mod en {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "en")
                    every_code_has_a_sentence
                }
            }
            mod nl {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "nl")
                    every_code_has_a_sentence
                }
            }
        }
        mod lobby {
            mod rooms {
                mod _room {
                    const ROOM: ::sync::testing::contract::RoomUnderTest = ::sync::testing::contract::RoomUnderTest {
                        rule: 1,
                        source: "src/lobby/rooms/_room.rs",
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROOM)
                        keeps_to_its_pattern
                        lets_in_whom_it_says
                    }
                }
            }
            mod shout_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "lobby/shout/v1",
                    rule: None,
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROUTE)
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
                    delivers_what_it_answers
                    is_limited
                }
            }
            mod typing_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "lobby/typing/v1",
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
            mod sub {
                mod say_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "my-page/sub/say/v1",
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
        }
        mod root {
            mod _room {
                const ROOM: ::sync::testing::contract::RoomUnderTest = ::sync::testing::contract::RoomUnderTest {
                    rule: 2,
                    source: "src/_room.rs",
                };
                ::sync::__contract_tests! {
                    (&super::super::KIT, &ROOM)
                    keeps_to_its_pattern
                    lets_in_whom_it_says
                }
            }
            mod announce_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "root/announce/v1",
                    rule: Some(2),
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
        mod test {
            mod nestedTest {
                mod room_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Event,
                        name: "test/nestedTest/room/v1",
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
        }
        mod type_ {
            mod say_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "type/say/v1",
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
