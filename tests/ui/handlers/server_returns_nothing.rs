#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) {}
}

fn main() {}
