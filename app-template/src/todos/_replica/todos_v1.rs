use super::Todo;
use sync::Scope;

/// A row is seen by those who work on its list.
#[sync::replica]
pub fn scopes(row: &Todo) -> impl IntoIterator<Item = Scope> {
    [Scope::of("todos", &row.list)]
}
