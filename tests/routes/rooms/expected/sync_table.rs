::core::compile_error!("`_room.rs` has no `#[sync::room]`, so it opens no rooms\n--> src/none/_room.rs\nhelp: put `#[sync::room(\"none-{id}\")]` above `pub async fn join(ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError>`");
/// What the runtime knows of this app.
pub static TABLE: ::sync::__private::Table<crate::SyncApp> = ::sync::__private::Table {
    manifest_dir: env!("CARGO_MANIFEST_DIR"),
    routes: &[],
    find: |_path, _version| None,
    rooms: &[
        &all::_room::__Room,
        &broken::_room::__Room,
        &checkers::_room::__Room,
    ],
    error_codes: &[],
    locales: &[],
};
