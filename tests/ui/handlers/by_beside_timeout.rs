#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod client {
    use crate::*;

    #[sync::client(by = |member| member.is_sender(), timeout = std::time::Duration::from_millis(5))]
    pub fn main(_mine: &bool, _input: &ClientInput) -> bool {
        true
    }
}

fn main() {}
