#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod server {
    use crate::*;

    pub use crate::{ClientInput, ServerOutput};

    #[sync::server]
    pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
        Ok(ServerOutput { new_value: input.amount })
    }
}

#[allow(unused_imports)]
mod client {
    use crate::*;
    use super::server::{ClientInput, ServerOutput};

    #[sync::client(by = |member| std::rc::Rc::from(member.session().user_id.as_str()))]
    pub fn main(user_id: &std::rc::Rc<str>, _input: &ClientInput, _output: &ServerOutput) -> bool {
        **user_id == *"ada"
    }
}

fn main() {}
