#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub fn refuse() -> SyncError {
        const FULL: &str = "counter-full";
        sync::error!(FULL)
    }
}

fn main() {}
