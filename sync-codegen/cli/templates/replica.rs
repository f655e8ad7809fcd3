use super::{{entity}};
use sync::Scope;

/// Says which scopes a row belongs to: it is seen by those who may read one of them.
#[sync::replica]
pub fn scopes(row: &{{entity}}) -> impl IntoIterator<Item = Scope> {
    [Scope::of("{{room}}", &row.id)]
}
