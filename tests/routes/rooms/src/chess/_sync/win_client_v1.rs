#[sync::client(room = "tournament-{year}")]
pub fn main(member: crate::Member<'_>) -> bool {
    true
}
