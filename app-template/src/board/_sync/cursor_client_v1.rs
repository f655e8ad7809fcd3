use crate::Member;
use crate::app::Person;
use sync::wire;

#[wire]
pub struct ClientInput {
    /// Where it points to; nowhere when it has left the board.
    pub at: Option<Point>,
}

/// A place on the board, which is 1,000 wide and 600 high.
#[wire]
pub struct Point {
    #[validate(range(min = 0, max = 1000))]
    pub x: u16,
    #[validate(range(min = 0, max = 600))]
    pub y: u16,
}

#[wire]
pub struct ClientOutput {
    /// Whose cursor it is.
    pub by: Person,
    /// Where it points to; nowhere when it has left the board.
    pub at: Option<Point>,
}

/// Tells the others where somebody points to. It is old at once: who is slow gets the newest alone.
#[sync::client(auth = login, volatile)]
pub fn main(member: Member<'_>, input: &ClientInput) -> Option<ClientOutput> {
    Some(ClientOutput { by: member.sender(), at: input.at.clone() })
}
