//! Without a build script, nothing that is only for one is asked for.

fn main() {}
