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
    rooms: &[],
    error_codes: &[
        "app-attribute-only",
        "app-full",
        "app-gone",
        "room-invalid",
    ],
    locales: &[
        ("de-DE-x-private", "more.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/de-DE-x-private/more.ftl"))),
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
        ("nl-BE", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/nl-BE/app.ftl"))),
    ],
};
