use sync::client as each;

use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {}

#[each]
pub fn main(member: Member<'_>, input: &ClientInput) -> bool {
    true
}
