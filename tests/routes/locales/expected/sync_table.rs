::core::compile_error!("the message `app-full` is there already: locales/en/app.ftl:1\n--> locales/en/more.ftl:2\nhelp: remove one of them");
::core::compile_error!("`english` is no language\n--> locales/english/app.ftl\nhelp: name the folder after the language, such as `en`, `nl` or `pt-BR`");
::core::compile_error!("not a Fluent message: expected a token starting with \"=\"\n--> locales/nl/app.ftl:4\nhelp: write `code = sentence`, further lines of a sentence indented");
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
