#[sync::replica]
pub fn main(row: &Row) -> Vec<Scope> {
    Vec::new()
}
