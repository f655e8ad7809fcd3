use super::Row;
use sync::Scope;

#[sync::replica]
pub fn scopes(row: &Row) -> impl IntoIterator<Item = Scope> {
    [Scope::of("rows", &row.list)]
}
