#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod client {
    use crate::*;

    #[sync::client(rate_limit = 20, volatile)]
    pub fn main(_member: Member<'_>, _input: &ClientInput) -> bool {
        true
    }
}

fn main() {}
