//! The two rooms.

/// A room, and what is promised in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Its history is in memory: it ends with the process.
    Passing,
    /// Its history, and what its calls have come to, are in files.
    Lasting,
}

impl Room {
    /// Both of them.
    pub(crate) const ALL: [Self; 2] = [Self::Passing, Self::Lasting];

    /// Returns the name of the room.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passing => "passing-1",
            Self::Lasting => "lasting-1",
        }
    }

    /// Returns the route that says a number in it.
    pub(crate) fn route(self) -> &'static str {
        match self {
            Self::Passing => "passing/say",
            Self::Lasting => "lasting/say",
        }
    }
}
