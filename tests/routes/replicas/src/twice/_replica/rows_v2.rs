use super::Twice;
use sync::Scope;

#[sync::replica]
pub fn scopes(row: &Twice) -> impl IntoIterator<Item = Scope> {
    [Scope::of("todos", &row.id)]
}
