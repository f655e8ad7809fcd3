use crate::Member;

/// Never comes to a decision about any member but the caller.
#[sync::client(timeout = 0.02)]
pub async fn main(member: Member<'_>) -> bool {
    if member.is_sender() { true } else { std::future::pending().await }
}
