//! The attributes of Syncwright, used through the crate `sync`.
//!
//! What they expand to is the library `sync-expand`, which other programs can ask, too; here they are named and explained.

use proc_macro::TokenStream;
use sync_expand::wire::Kind;

#[doc = include_str!("wire.md")]
#[proc_macro_attribute]
pub fn wire(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::wire::expand(attribute.into(), item.into(), Kind::Wire).into()
}

/// Makes a type the session of an app: as `wire`, but unknown stored fields are ignored.
#[proc_macro_attribute]
pub fn session(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::wire::expand(attribute.into(), item.into(), Kind::Session).into()
}

/// Makes a type what people in a room may say of themselves (`App::Presence`): as `wire`, at most 1 KB of JSON.
#[proc_macro_attribute]
pub fn presence(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::wire::expand(attribute.into(), item.into(), Kind::Presence).into()
}

/// Makes a struct what lives in the scopes of its page: durable data, told apart by the field with `#[key]`: a `String`, a whole number or a
/// `Uuid`. It stands in `_entity.rs`.
///
/// As `wire`, but unknown stored fields are ignored, so that a newer program reads what an older one has stored.
///
/// With `table = "public.todos"` it is a row of that table of a Postgres, whose columns are its fields, by name: the setting `database_url`
/// has its rows read there, and `replica` says where they belong.
#[proc_macro_attribute]
pub fn entity(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::wire::expand(attribute.into(), item.into(), Kind::Entity).into()
}

/// Stands on `scopes` of a replica, which says which scopes a row of a table belongs to:
/// `pub fn scopes(row: &Todo) -> impl IntoIterator<Item = Scope>`.
///
/// It is asked for each row that is read, with nothing but the row. A row that moves from one scope to another is deleted in the one and
/// created in the other.
#[proc_macro_attribute]
pub fn replica(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::replica(attribute.into(), item.into()).into()
}

/// Stands on `main` of a mutation: `pub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError>`.
///
/// It runs inside of the transaction that stores what it does, and waits for nothing. What has to wait goes into
/// `pub async fn prepare(ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError>` of the same file, which runs before its turn.
///
/// Arguments, all optional: `auth`, `timeout` and `rate_limit` as for `server`.
#[proc_macro_attribute]
pub fn mutation(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::mutation(attribute.into(), item.into()).into()
}

/// Stands on the function of `_scope.rs`: `#[sync::scope("todos-{list}")] pub async fn access(ctx: RoomCtx<'_>, list: &str) -> Result<Access, SyncError>`.
///
/// It says whether a caller may read the data of a scope, or change it, too; or refuses. Further argument: `auth` as for `server`.
#[proc_macro_attribute]
pub fn scope(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::scope(attribute.into(), item.into()).into()
}

/// Stands on `main` of a server file: `pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError>`.
///
/// Arguments, all optional: `auth = login | public | <const of type Auth>`, `timeout = <seconds>`, `empty_room = allow`, `volatile`, `report`: a caller may ask how many members were sent its event,
/// `room = "<pattern of a room rule>" | all`: which rooms it can be sent to, or that it goes to everybody who is connected,
/// `concurrent`: what its caller sends next does not wait for it, `durable`: a call with an `id` that is repeated is known after the server
/// has started anew, too, and `rate_limit = "20/s, burst 100"`: how often one caller may call,
/// here 100 times at once and 20 times a second; per second (`s`), minute (`m`) or hour (`h`), or `"off"`.
#[proc_macro_attribute]
pub fn server(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::server(attribute.into(), item.into()).into()
}

/// Stands on `main` of a request: `pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError>`.
///
/// Nobody but the caller hears of it. There is no room, so `ctx.room()` is refused; what a handler wants to know of one is in the input.
///
/// Arguments, all optional: `auth`, `timeout`, `concurrent`, `durable` and `rate_limit` as for `server`, and `method = GET | POST`. Over HTTP a request is asked
/// by `POST /api/<page>/<name>/<version>`; `GET` is for one without an effect, whose input is a struct of strings, numbers, booleans,
/// dates, enums of plain names, and `Option`s of these: its fields are the query.
#[proc_macro_attribute]
pub fn request(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::request(attribute.into(), item.into()).into()
}

#[doc = include_str!("client.md")]
#[proc_macro_attribute]
pub fn client(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::client(attribute.into(), item.into()).into()
}

/// Stands on the `impl` of a state: `#[sync::state(room = "board-{id}")] impl sync::SharedState for State { … }`.
///
/// Each room of the kind has such a value; its members follow it, and change it by actions alone. The value and the view are `#[wire(patch)]`
/// types, the action is a `#[wire]` type.
///
/// Further arguments: `auth`, `timeout` and `rate_limit` as for `server`: who may act, and how often. `store = memory | file | sqlite | redis |
/// app`: where values are kept, in memory alone if nothing is said. `ttl = "5m"`: for how long a value lives in memory when nobody is in the
/// room. `save = "1s"`: within what time after a change it is saved, or `save = "each"`: before anybody hears of an action.
#[proc_macro_attribute]
pub fn state(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::state(attribute.into(), item.into()).into()
}

/// Stands on the function of `_room.rs`: `#[sync::room("chess-{game_id}")] pub async fn join(ctx: RoomCtx<'_>, game_id: &str) -> Result<(), SyncError>`.
///
/// Further arguments: `auth` as for `server`; `send = anyone`; `presence`: members can see who is there; `history = <seconds, or a const
/// Duration>` or `none`: for how long events are kept for members who come back, two minutes if nothing is said; `leave = <function>` and
/// `empty = <function>`: what is done when a member, or the last one, has left.
#[proc_macro_attribute]
pub fn room(attribute: TokenStream, item: TokenStream) -> TokenStream {
    sync_expand::room(attribute.into(), item.into()).into()
}

/// Makes an error from a code and its parameters: `sync::error!("game-full", max = 4)`.
#[proc_macro]
pub fn error(input: TokenStream) -> TokenStream {
    sync_expand::error(input.into()).into()
}

/// Connects the routes with the app: `sync::app!(routes, app::App);` in lib.rs, where `app::server()` builds the server.
///
/// Makes `Ctx`, `Member`, `RoomCtx` and `Auth` for the handlers, and `serve()`, `start()` and `export_types()`.
#[proc_macro]
pub fn app(input: TokenStream) -> TokenStream {
    sync_expand::app(input.into()).into()
}
