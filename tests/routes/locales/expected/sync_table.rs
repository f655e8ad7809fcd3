/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    routes: &[],
    find: |_path, _version| None,
    rooms: &[],
    error_codes: &[
        "app-attribute-only",
        "app-full",
        "app-gone",
        "room-invalid",
    ],
    locales: &[
        ("en", "app.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en/app.ftl"))),
    ],
};
