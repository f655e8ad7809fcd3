use super::Todo;
use sync::Scope;

#[sync::replica]
pub fn scopes(row: &super::Todo) -> impl IntoIterator<Item = Scope> {
    [Scope::of("todos", &row.id)]
}
