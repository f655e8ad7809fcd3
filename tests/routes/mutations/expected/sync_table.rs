/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_CREATE_V1: ::sync::__private::MutationOnly<todos::_mutation::create_v1::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "create",
        version: "v1",
        path: "todos/create",
        cb: "todos/create/v1",
        sources: &["src/todos/_mutation/create_v1.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_CREATE_V2: ::sync::__private::MutationOnly<todos::_mutation::create_v2::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "create",
        version: "v2",
        path: "todos/create",
        cb: "todos/create/v2",
        sources: &["src/todos/_mutation/create_v2.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_CREATE_SERVER_V1: ::sync::__private::MutationOnly<todos::_mutation::create_server_v1::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "create_server",
        version: "v1",
        path: "todos/create_server",
        cb: "todos/create_server/v1",
        sources: &["src/todos/_mutation/create_server_v1.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_LOST_V2: ::sync::__private::MutationOnly<todos::_mutation::lost_v2::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "lost",
        version: "v2",
        path: "todos/lost",
        cb: "todos/lost/v2",
        sources: &["src/todos/_mutation/lost_v2.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_RENAME_V1: ::sync::__private::MutationOnly<todos::_mutation::rename_v3::__Mutation, todos::_mutation::rename_v1::Args> =
    ::sync::__private::MutationOnly::upgraded(::sync::__private::RouteId {
        page: "todos",
        name: "rename",
        version: "v1",
        path: "todos/rename",
        cb: "todos/rename/v1",
        sources: &["src/todos/_mutation/rename_v1.rs"],
        retires: None,
    }, "todos/rename/v3", |old| ::sync::__private::upgraded(todos::_mutation::rename_v3::upgrade(todos::_mutation::rename_v2::upgrade(old))));
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_RENAME_V2: ::sync::__private::MutationOnly<todos::_mutation::rename_v3::__Mutation, todos::_mutation::rename_v2::Args> =
    ::sync::__private::MutationOnly::upgraded(::sync::__private::RouteId {
        page: "todos",
        name: "rename",
        version: "v2",
        path: "todos/rename",
        cb: "todos/rename/v2",
        sources: &["src/todos/_mutation/rename_v2.rs"],
        retires: None,
    }, "todos/rename/v3", |old| ::sync::__private::upgraded(todos::_mutation::rename_v3::upgrade(old)));
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_RENAME_V3: ::sync::__private::MutationOnly<todos::_mutation::rename_v3::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "rename",
        version: "v3",
        path: "todos/rename",
        cb: "todos/rename/v3",
        sources: &["src/todos/_mutation/rename_v3.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_RIGHT_V1: ::sync::__private::MutationOnly<todos::_mutation::right_v1::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "right",
        version: "v1",
        path: "todos/right",
        cb: "todos/right/v1",
        sources: &["src/todos/_mutation/right_v1.rs"],
        retires: None,
    });
/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_RUN_V1: ::sync::__private::MutationOnly<todos::_mutation::run_v1::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "run",
        version: "v1",
        path: "todos/run",
        cb: "todos/run/v1",
        sources: &["src/todos/_mutation/run_v1.rs"],
        retires: None,
    });
static ENTITY_0: ::sync::__private::EntityOf<other::_entity::Todo> =
    ::sync::__private::EntityOf::new("other", "src/other/_entity.rs");
static ENTITY_1: ::sync::__private::EntityOf<other::_entity::TodoLabel> =
    ::sync::__private::EntityOf::new("other", "src/other/_entity.rs");
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
        all: &[],
        find: |_path, _version| None,
    },
    mutations: ::sync::__private::Routes {
        all: &[
            &TODOS_MUTATION_CREATE_V1,
            &TODOS_MUTATION_CREATE_V2,
            &TODOS_MUTATION_CREATE_SERVER_V1,
            &TODOS_MUTATION_LOST_V2,
            &TODOS_MUTATION_RENAME_V1,
            &TODOS_MUTATION_RENAME_V2,
            &TODOS_MUTATION_RENAME_V3,
            &TODOS_MUTATION_RIGHT_V1,
            &TODOS_MUTATION_RUN_V1,
        ],
        find: |path, version| match path {
            "todos/create" => match version {
                "v1" => Some(0),
                "v2" => Some(1),
                _ => None,
            },
            "todos/create_server" => match version {
                "v1" => Some(2),
                _ => None,
            },
            "todos/lost" => match version {
                "v2" => Some(3),
                _ => None,
            },
            "todos/rename" => match version {
                "v1" => Some(4),
                "v2" => Some(5),
                "v3" => Some(6),
                _ => None,
            },
            "todos/right" => match version {
                "v1" => Some(7),
                _ => None,
            },
            "todos/run" => match version {
                "v1" => Some(8),
                _ => None,
            },
            _ => None,
        },
    },
    replicas: &[],
    rooms: &[],
    scopes: &[
        &other::_scope::__Scope,
    ],
    entities: &[
        &ENTITY_0,
        &ENTITY_1,
    ],
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
        mod todos {
            mod _mutation {
                mod rename_v1 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Mutation,
                        name: "todos/rename/v1",
                        rule: None,
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        goes_through
                    }
                }
                mod rename_v2 {
                    const ROUTE: ::sync::testing::contract::RouteUnderTest = ::sync::testing::contract::RouteUnderTest {
                        lane: ::sync::schema::Lane::Mutation,
                        name: "todos/rename/v2",
                        rule: None,
                    };
                    ::sync::__contract_tests! {
                        (&super::super::super::KIT, &ROUTE)
                        goes_through
                    }
                }
            }
        }
    }
}
