/// O(subscribers): a commit is told once, with its changes, to each who is up to date.
static TODOS_MUTATION_CLEAR_V1: ::sync::__private::MutationOnly<todos::_mutation::clear_v1::__Mutation> =
    ::sync::__private::MutationOnly::new(::sync::__private::RouteId {
        page: "todos",
        name: "clear",
        version: "v1",
        path: "todos/clear",
        cb: "todos/clear/v1",
        sources: &["src/todos/_mutation/clear_v1.rs"],
        retires: None,
    });
/// O(scopes): a row is written once in each scope that it belongs to.
static TODOS_REPLICA_TODOS_V2: ::sync::__private::ReplicaOf<todos::_replica::todos_v2::__Replica> =
    ::sync::__private::ReplicaOf::new(::sync::__private::RouteId {
        page: "todos",
        name: "todos",
        version: "v2",
        path: "todos/todos",
        cb: "todos/todos/v2",
        sources: &["src/todos/_replica/todos_v2.rs"],
        retires: None,
    });
/// O(scopes): a row is written once in each scope that it belongs to.
static TWICE_REPLICA_ROWS_V2: ::sync::__private::ReplicaOf<twice::_replica::rows_v2::__Replica> =
    ::sync::__private::ReplicaOf::new(::sync::__private::RouteId {
        page: "twice",
        name: "rows",
        version: "v2",
        path: "twice/rows",
        cb: "twice/rows/v2",
        sources: &["src/twice/_replica/rows_v2.rs"],
        retires: None,
    });
static ENTITY_0: ::sync::__private::EntityOf<twice::_entity::Twice> =
    ::sync::__private::EntityOf::new("twice", "src/twice/_entity.rs");
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
            &TODOS_MUTATION_CLEAR_V1,
        ],
        find: |path, version| match path {
            "todos/clear" => match version {
                "v1" => Some(0),
                _ => None,
            },
            _ => None,
        },
    },
    replicas: &[
        &TODOS_REPLICA_TODOS_V2,
        &TWICE_REPLICA_ROWS_V2,
    ],
    rooms: &[],
    scopes: &[
        &elsewhere::_scope::__Scope,
        &todos::_scope::__Scope,
        &twice::_scope::__Scope,
    ],
    entities: &[
        &ENTITY_0,
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
    }
}
