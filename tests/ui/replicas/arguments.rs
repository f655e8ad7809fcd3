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

        #[sync::entity(table = "public.todos")]
        pub struct Todo {
            #[key]
            pub id: String,
        }
    }

    pub mod _replica {
        pub use super::_entity::*;

        pub mod todos_v1 {
            use super::Todo;
            use crate::*;

            #[sync::replica(table = "todos")]
            pub fn scopes(row: &Todo) -> impl IntoIterator<Item = sync::Scope> {
                [sync::Scope::of("todos", &row.id)]
            }
        }
    }
}

fn main() {}
