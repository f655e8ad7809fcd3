#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod room {
    use crate::*;

    #[sync::room("on-a-type-{id}")]
    pub struct Rule;
}

fn main() {}
