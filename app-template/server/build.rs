//! Writes the front end's types.

fn main() {
    sync_codegen::export(app::export_types);
}
