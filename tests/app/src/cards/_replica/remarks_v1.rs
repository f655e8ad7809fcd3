use super::Remark;
use sync::Scope;

#[sync::replica]
pub fn scopes(row: &Remark) -> impl IntoIterator<Item = Scope> {
    [Scope::of("cards", &row.board)]
}
