//! Mounts the handlers and writes the dispatch table.

fn main() {
    sync_codegen::build();
}
