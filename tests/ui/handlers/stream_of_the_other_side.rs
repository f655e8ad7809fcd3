#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod client {
    use crate::*;

    #[wire]
    pub struct ServerStream {
        pub percent: u8,
    }

    #[sync::client]
    pub fn main(member: Member<'_>) -> bool {
        member.stream(ServerStream { percent: 1 });
        true
    }
}

fn main() {}
