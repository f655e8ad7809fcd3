/// O(1): no filter, an event is encoded once.
static BAD_ALIASED_V2: ::sync::__private::ServerOnly<bad::aliased_v2::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "bad",
        name: "aliased",
        version: "v2",
        path: "bad/aliased",
        cb: "bad/aliased/v2",
        sources: &["src/bad/_sync/aliased_server_v2.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static BAD_LONELY_V2: ::sync::__private::ServerOnly<bad::lonely_v2::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "bad",
        name: "lonely",
        version: "v2",
        path: "bad/lonely",
        cb: "bad/lonely/v2",
        sources: &["src/bad/_sync/lonely_server_v2.rs"],
        retires: None,
    });
/// O(1): no filter, an event is encoded once.
static BAD_STREAMS_V2: ::sync::__private::ServerOnly<bad::streams_v2::server::__Server> =
    ::sync::__private::ServerOnly::new(::sync::__private::RouteId {
        page: "bad",
        name: "streams",
        version: "v2",
        path: "bad/streams",
        cb: "bad/streams/v2",
        sources: &["src/bad/_sync/streams_server_v2.rs"],
        retires: None,
    });
/// v10 answers for it.
static GOOD_MOVE_V1: &dyn ::sync::__private::Route<crate::SyncApp> =
    &::sync::__private::Bridged::new(::sync::__private::RouteId {
        page: "good",
        name: "move",
        version: "v1",
        path: "good/move",
        cb: "good/move/v1",
        sources: &["src/good/_sync/move_server_v1.rs", "src/good/_sync/move_client_v1.rs"],
        retires: None,
    }, &GOOD_MOVE_V10, |old| good::move_v10::server::upgrade(good::move_v2::server::upgrade(old)), |new| good::move_v2::server::downgrade(&good::move_v10::server::downgrade(new)), |new| good::move_v2::client::downgrade(&good::move_v10::client::downgrade(new)));
/// v10 answers for it.
static GOOD_MOVE_V2: &dyn ::sync::__private::Route<crate::SyncApp> =
    &::sync::__private::Bridged::new(::sync::__private::RouteId {
        page: "good",
        name: "move",
        version: "v2",
        path: "good/move",
        cb: "good/move/v2",
        sources: &["src/good/_sync/move_server_v2.rs", "src/good/_sync/move_client_v2.rs"],
        retires: None,
    }, &GOOD_MOVE_V10, good::move_v10::server::upgrade, good::move_v10::server::downgrade, good::move_v10::client::downgrade);
/// O(groups): the filter runs once for each value of its `by`.
static GOOD_MOVE_V10: ::sync::__private::Paired<good::move_v10::server::__Server, good::move_v10::client::__Client> =
    ::sync::__private::Paired::new(::sync::__private::RouteId {
        page: "good",
        name: "move",
        version: "v10",
        path: "good/move",
        cb: "good/move/v10",
        sources: &["src/good/_sync/move_server_v10.rs", "src/good/_sync/move_client_v10.rs"],
        retires: None,
    });
/// v2 answers for it.
static GOOD_SHOUT_V1: &dyn ::sync::__private::Route<crate::SyncApp> =
    &::sync::__private::Bridged::new(::sync::__private::RouteId {
        page: "good",
        name: "shout",
        version: "v1",
        path: "good/shout",
        cb: "good/shout/v1",
        sources: &["src/good/_sync/shout_client_v1.rs"],
        retires: None,
    }, &GOOD_SHOUT_V2, good::shout_v2::client::upgrade, |_| ::sync::Empty {}, |_| ::sync::Empty {});
/// O(members): the filter runs once for each member.
static GOOD_SHOUT_V2: ::sync::__private::ClientOnly<good::shout_v2::client::__Client> =
    ::sync::__private::ClientOnly::new(::sync::__private::RouteId {
        page: "good",
        name: "shout",
        version: "v2",
        path: "good/shout",
        cb: "good/shout/v2",
        sources: &["src/good/_sync/shout_client_v2.rs"],
        retires: None,
    });
impl ::sync::EventRoute for bad::aliased_v2::Event {
    type App = crate::SyncApp;
    type Input = <bad::aliased_v2::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <bad::aliased_v2::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "bad/aliased";
    const VERSION: &'static str = "v2";
}
impl ::sync::EventRoute for bad::lonely_v2::Event {
    type App = crate::SyncApp;
    type Input = <bad::lonely_v2::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <bad::lonely_v2::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "bad/lonely";
    const VERSION: &'static str = "v2";
}
impl ::sync::EventRoute for bad::streams_v2::Event {
    type App = crate::SyncApp;
    type Input = <bad::streams_v2::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <bad::streams_v2::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = ::sync::Empty;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "bad/streams";
    const VERSION: &'static str = "v2";
}
impl ::sync::EventRoute for good::move_v10::Event {
    type App = crate::SyncApp;
    type Input = <good::move_v10::server::__Server as ::sync::__private::ServerHandler>::Input;
    type Output = <good::move_v10::server::__Server as ::sync::__private::ServerHandler>::Output;
    type ClientOutput = <good::move_v10::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "good/move";
    const VERSION: &'static str = "v10";
}
impl ::sync::EventRoute for good::shout_v2::Event {
    type App = crate::SyncApp;
    type Input = <good::shout_v2::client::__Client as ::sync::__private::ClientHandler>::Input;
    type Output = ::sync::Empty;
    type ClientOutput = <good::shout_v2::client::__Client as ::sync::__private::ClientHandler>::Output;
    type Room = ::sync::AnyRoom;
    const PATH: &'static str = "good/shout";
    const VERSION: &'static str = "v2";
}
/// O(1): nobody but the caller hears of it.
static BAD_API_LONELY_V2: ::sync::__private::RequestOnly<bad::_api::lonely_v2::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "bad",
        name: "lonely",
        version: "v2",
        path: "bad/lonely",
        cb: "bad/lonely/v2",
        sources: &["src/bad/_api/lonely_v2.rs"],
        retires: None,
    });
/// v2 answers for it.
static GOOD_API_FIND_V1: &dyn ::sync::__private::Route<crate::SyncApp> =
    &::sync::__private::Bridged::new(::sync::__private::RouteId {
        page: "good",
        name: "find",
        version: "v1",
        path: "good/find",
        cb: "good/find/v1",
        sources: &["src/good/_api/find_v1.rs"],
        retires: None,
    }, &GOOD_API_FIND_V2, good::_api::find_v2::upgrade, |_| ::sync::Empty {}, |_| ::sync::Empty {});
/// O(1): nobody but the caller hears of it.
static GOOD_API_FIND_V2: ::sync::__private::RequestOnly<good::_api::find_v2::__Request> =
    ::sync::__private::RequestOnly::new(::sync::__private::RouteId {
        page: "good",
        name: "find",
        version: "v2",
        path: "good/find",
        cb: "good/find/v2",
        sources: &["src/good/_api/find_v2.rs"],
        retires: None,
    });
impl ::sync::RequestRoute for bad::_api::lonely_v2::__Request {
    type App = crate::SyncApp;
    type Input = <bad::_api::lonely_v2::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <bad::_api::lonely_v2::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "bad/lonely";
    const VERSION: &'static str = "v2";
}
impl ::sync::RequestRoute for good::_api::find_v2::__Request {
    type App = crate::SyncApp;
    type Input = <good::_api::find_v2::__Request as ::sync::__private::ServerHandler>::Input;
    type Output = <good::_api::find_v2::__Request as ::sync::__private::ServerHandler>::Output;
    const PATH: &'static str = "good/find";
    const VERSION: &'static str = "v2";
}
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    events: ::sync::__private::Routes {
        all: &[
            &BAD_ALIASED_V2,
            &BAD_LONELY_V2,
            &BAD_STREAMS_V2,
            GOOD_MOVE_V1,
            GOOD_MOVE_V2,
            &GOOD_MOVE_V10,
            GOOD_SHOUT_V1,
            &GOOD_SHOUT_V2,
        ],
        find: |path, version| match path {
            "bad/aliased" => match version {
                "v2" => Some(0),
                _ => None,
            },
            "bad/lonely" => match version {
                "v2" => Some(1),
                _ => None,
            },
            "bad/streams" => match version {
                "v2" => Some(2),
                _ => None,
            },
            "good/move" => match version {
                "v1" => Some(3),
                "v2" => Some(4),
                "v10" => Some(5),
                _ => None,
            },
            "good/shout" => match version {
                "v1" => Some(6),
                "v2" => Some(7),
                _ => None,
            },
            _ => None,
        },
    },
    requests: ::sync::__private::Routes {
        all: &[
            &BAD_API_LONELY_V2,
            GOOD_API_FIND_V1,
            &GOOD_API_FIND_V2,
        ],
        find: |path, version| match path {
            "bad/lonely" => match version {
                "v2" => Some(0),
                _ => None,
            },
            "good/find" => match version {
                "v1" => Some(1),
                "v2" => Some(2),
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
        mod bad {
            mod _api {
                mod lonely_v2 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "bad/lonely/v2",
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
            mod aliased_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "bad/aliased/v2",
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
            mod lonely_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "bad/lonely/v2",
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
            mod streams_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "bad/streams/v2",
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
        mod good {
            mod _api {
                mod find_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "good/find/v1",
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
                        goes_through
                    }
                }
                mod find_v2 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Request,
                        name: "good/find/v2",
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
            mod move_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "good/move/v1",
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
                    goes_through
                }
            }
            mod move_v10 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "good/move/v10",
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
            mod move_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "good/move/v2",
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
                    goes_through
                }
            }
            mod shout_v1 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "good/shout/v1",
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
                    goes_through
                }
            }
            mod shout_v2 {
                const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                    lane: ::sync::schema::Lane::Event,
                    name: "good/shout/v2",
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
