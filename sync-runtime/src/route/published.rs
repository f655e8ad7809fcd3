//! Events as the app itself names them: a route by its type, a room by its rule.

use std::fmt::Display;
use std::marker::PhantomData;

use sync_schema::{EVERYONE, ROOM_NAME_LIMIT, is_room_character};

use crate::error::SyncError;
use crate::route::{App, RoomRule, Segment};

/// One version of a route of the event lane, as [`Rooms::publish`](crate::Rooms::publish) names it.
///
/// What its types have to be is asked where they are used: a handler whose types are wrong is told so once, at its own tokens.
///
/// The generator writes one type for each: `crate::routes::chess::move_v1::Event` for `src/chess/_sync/move_server_v1.rs`.
pub trait EventRoute {
    /// The app.
    type App: App;
    /// What a caller sends.
    type Input;
    /// What the handler answers; [`Empty`](crate::Empty) where there is none.
    type Output;
    /// What a member gets for itself; [`Empty`](crate::Empty) where no filter makes anything.
    type ClientOutput;
    /// The rooms that it can be sent to: [`AnyRoom`], or [`RoomOf`] a rule where the route says `room = "…"`; [`Everyone`] where it
    /// says `room = all`.
    type Room;
    /// `<page>/<name>`.
    const PATH: &'static str;
    /// `v1`.
    const VERSION: &'static str;
}

/// One version of a route of the request lane, as a test asks it.
///
/// The generator writes one type for each: `crate::routes::chess::_api::find_v1::Request` for `src/chess/_api/find_v1.rs`.
pub trait RequestRoute {
    /// The app.
    type App: App;
    /// What a caller asks.
    type Input;
    /// What the handler answers.
    type Output;
    /// `<page>/<name>`.
    const PATH: &'static str;
    /// `v1`.
    const VERSION: &'static str;
}

/// The name of any room.
///
/// A text is one, and so is the name of a room of any rule. Where a route says its kind of room, a text is none:
///
/// ```compile_fail,E0277
/// use sync::{AnyRoom, Empty, EventRoute, RoomOf, Rooms};
///
/// # struct Rule;
/// async fn call<R>(rooms: &Rooms<R::App>)
/// where
///     R: EventRoute<Input = Empty, Output = Empty, Room = RoomOf<Rule>>,
/// {
///     rooms.publish::<R>("chess-7", &Empty {}).await;
/// }
/// ```
///
/// ```
/// # use sync::{AnyRoom, Empty, EventRoute, Rooms};
/// async fn call<R>(rooms: &Rooms<R::App>)
/// where
///     R: EventRoute<Input = Empty, Output = Empty, Room = AnyRoom>,
/// {
///     let answer = rooms.publish::<R>("chess-7", &Empty {}).await;
/// #   drop(answer);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyRoom(String);

/// The name of a room of the rule `R`; made by the function `room_name` beside the rule's `join`.
pub struct RoomOf<R>(String, PhantomData<fn() -> R>);

impl<R> RoomOf<R> {
    /// Puts the values of the pattern's parameters into a name, in their order.
    ///
    /// # Errors
    ///
    /// `room-invalid` for a value that is empty or has other characters than `A–Z a–z 0–9 _ . ~ @ -`, for a name of more than
    /// 256 bytes, and for `all`, which is everybody.
    #[doc(hidden)]
    pub fn new<A: App>(rule: &R, values: &[&dyn Display]) -> Result<Self, SyncError>
    where
        R: RoomRule<A>,
    {
        let mut values = values.iter().map(ToString::to_string);
        let mut name = String::new();
        for segment in rule.pattern().0 {
            match segment {
                Segment::Literal(text) => name.push_str(text),
                Segment::Parameter(_) => {
                    let value = values.next().filter(|value| is_value(value));
                    name.push_str(&value.ok_or_else(|| SyncError::new("room-invalid"))?);
                }
            }
        }
        let is_name = name.len() <= ROOM_NAME_LIMIT && name != EVERYONE;
        if is_name { Ok(Self(name, PhantomData)) } else { Err(SyncError::new("room-invalid")) }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everybody who is connected: the receiver of a route that says `room = all`.
///
/// Such a route is sent to nobody else, and no other route is sent there.
///
/// ```
/// use sync::{Empty, EventRoute, Everyone, Rooms};
///
/// async fn call<R>(rooms: &Rooms<R::App>)
/// where
///     R: EventRoute<Input = Empty, Output = Empty, Room = Everyone>,
/// {
///     let answer = rooms.publish::<R>(Everyone, &Empty {}).await;
/// #   drop(answer);
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use sync::{AnyRoom, Empty, EventRoute, Everyone, Rooms};
/// async fn call<R>(rooms: &Rooms<R::App>)
/// where
///     R: EventRoute<Input = Empty, Output = Empty, Room = AnyRoom>,
/// {
///     rooms.publish::<R>(Everyone, &Empty {}).await;
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Everyone;

impl From<Everyone> for String {
    fn from(_: Everyone) -> Self {
        EVERYONE.to_owned()
    }
}

fn is_value(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_room_character)
}

impl<R> From<RoomOf<R>> for String {
    fn from(room: RoomOf<R>) -> Self {
        room.0
    }
}

impl<R> Clone for RoomOf<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<R> std::fmt::Debug for RoomOf<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RoomOf").field(&self.0).finish()
    }
}

impl From<AnyRoom> for String {
    fn from(room: AnyRoom) -> Self {
        room.0
    }
}

impl From<String> for AnyRoom {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<&str> for AnyRoom {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl<R> From<RoomOf<R>> for AnyRoom {
    fn from(room: RoomOf<R>) -> Self {
        Self(room.0)
    }
}
