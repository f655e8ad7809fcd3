use sync::wire;

/// What older pages have queued.
#[wire]
pub struct Args {
    pub id: String,
}
