use sync::wire;

#[wire]
pub struct Args {
    pub id: String,
    pub title: String,
}

pub fn upgrade(old: super::rename_v1::Args) -> Args {
    Args { id: old.id, title: String::new() }
}
