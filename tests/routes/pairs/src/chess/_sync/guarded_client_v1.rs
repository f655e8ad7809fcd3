use super::server::{ClientInput, ServerOutput};
use crate::Member;

#[sync::client(auth = public, volatile, timeout = 2, rate_limit = "5/s")]
pub async fn main(member: Member<'_>, input: &ClientInput, output: &ServerOutput) -> bool {
    true
}
