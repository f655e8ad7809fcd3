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
    rooms: &[
        &all::_room::__Room,
        &checkers::_room::__Room,
    ],
    error_codes: &[],
    locales: &[],
};
