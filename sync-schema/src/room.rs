//! The form of room names, in which a rule's pattern and a call's receiver have to agree.

/// The longest name of a room, in bytes.
pub const ROOM_NAME_LIMIT: usize = 256;

/// What a call names as its receiver to reach everybody who is connected. It looks like the name of a room, and no rule opens one of
/// this name.
pub const EVERYONE: &str = "all";

/// Returns whether a parameter of a room rule may stand for `character`; the literal text of a pattern has no others, too.
#[must_use]
pub fn is_room_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '~' | '@' | '-')
}
