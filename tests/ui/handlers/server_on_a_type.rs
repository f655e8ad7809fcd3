#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    #[sync::server]
    pub struct Handler;
}

fn main() {}
