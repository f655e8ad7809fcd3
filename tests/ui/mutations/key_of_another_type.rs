#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
pub mod todos {
    pub mod _scope {
        use crate::*;

        #[sync::scope("todos-{list}")]
        pub async fn access(_ctx: RoomCtx<'_>, _list: &str) -> Result<sync::Access, SyncError> {
            Ok(sync::Access::Write)
        }
    }

    pub mod _entity {
        use crate::*;

        #[sync::entity]
        pub struct Todo {
            #[key]
            pub id: Vec<String>,
        }
    }

    pub mod _mutation {
        pub use super::_entity::*;
        pub type Tx<'t> = sync::Tx<'t, super::_scope::__Page>;

        pub mod create_v1 {
            use super::{Todo, Tx};
            use crate::*;

            #[wire]
            pub struct Args {
                pub id: String,
            }

            #[sync::mutation]
            pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
                tx.delete::<Todo>(&args.id).map(drop)
            }
        }
    }
}

fn main() {}
