::core::compile_error!("`#[sync::room]` in a file that is no page's `_room.rs`\n--> src/rooms.rs:1\nhelp: move it to src/<page>/_room.rs");
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    routes: &[],
    find: |_path, _version| None,
    rooms: &[],
    error_codes: &[],
    locales: &[],
};
