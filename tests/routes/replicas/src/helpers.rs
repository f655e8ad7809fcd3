#[sync::replica]
pub fn scopes(row: &Row) -> Vec<Scope> {
    Vec::new()
}
