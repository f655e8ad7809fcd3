#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub fn refuse() -> SyncError {
        sync::error!(format!("counter-{}", "full"))
    }
}

fn main() {}
