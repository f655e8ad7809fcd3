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
        all: &[],
        find: |_path, _version| None,
    },
    replicas: &[],
    rooms: &[],
    scopes: &[],
    entities: &[],
    error_codes: &[
        "app-attribute-only",
        "app-full",
        "app-gone",
        "room-invalid",
    ],
    released: &[],
    locales: &[
        ("de-DE-x-private", "more.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/de-DE-x-private/more.ftl"))),
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
        ("nl-BE", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/nl-BE/app.ftl"))),
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
                ("app-attribute-only", &[]),
                ("app-full", &[]),
                ("app-gone", &[]),
                ("room-invalid", &[]),
            ],
        };
        ::sync::__contract_tests! {
            (&KIT)
            lists_what_there_is
        }
        mod languages {
            mod de_DE_x_private {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "de-DE-x-private")
                    every_code_has_a_sentence
                }
            }
            mod en {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "en")
                    every_code_has_a_sentence
                }
            }
            mod nl_BE {
                ::sync::__contract_tests! {
                    (&super::super::KIT, "nl-BE")
                    every_code_has_a_sentence
                }
            }
        }
    }
}
