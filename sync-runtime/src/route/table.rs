//! The table that generated code fills, and the erased form of a route.

use serde_json::value::RawValue;
use sync_schema::{RouteTypes, Types};

use crate::error::SyncError;
use crate::route::{App, Auth, BoxFuture, Ctx, FilterKind, Member, RoomRule, RouteOptions};
use crate::schema::{InputSchema, InvalidInput};

/// What the runtime knows of an app: data and pointers, written by the generator.
pub struct Table<A: App> {
    /// The folder of the app's `Cargo.toml`.
    pub manifest_dir: &'static str,
    /// All routes, sorted by page, name and version.
    pub routes: &'static [&'static dyn Route<A>],
    /// Finds a route by `<page>/<name>` and version, as an index into `routes`.
    pub find: fn(&str, &str) -> Option<usize>,
    /// All room rules.
    pub rooms: &'static [&'static dyn RoomRule<A>],
    /// The codes that the app's handlers return, sorted.
    pub error_codes: &'static [&'static str],
    /// The app's messages: language, file name, Fluent text.
    pub locales: &'static [(&'static str, &'static str, &'static str)],
}

/// The names of one route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteId {
    /// The page: `test/nestedTest`.
    pub page: &'static str,
    /// The name inside the page.
    pub name: &'static str,
    /// The version: `v1`.
    pub version: &'static str,
    /// `<page>/<name>`, the `name` of a call.
    pub path: &'static str,
    /// `<page>/<name>/<version>`, the `cb` of a frame.
    pub cb: &'static str,
    /// The handler files, relative to the app's folder, server first.
    pub sources: &'static [&'static str],
}

/// One route, whatever its types.
pub trait Route<A: App>: Send + Sync {
    /// Returns its names.
    fn id(&self) -> &RouteId;

    /// Returns who may call it.
    fn auth(&self) -> Auth<A>;

    /// Returns what the attribute of the handler says; of the filter where there is no handler.
    fn options(&self) -> RouteOptions;

    /// Returns how its members are filtered, which says what grows with the room: nothing without a filter, O(1) encodings; the runs
    /// of the filter with the members, O(members), or with the groups among them, O(groups).
    fn filter(&self) -> FilterKind;

    /// Returns how long one run of the filter may take, if the client file says so.
    fn filter_timeout(&self) -> Option<std::time::Duration>;

    /// Describes its types for the front end.
    fn types(&self, types: &mut Types) -> RouteTypes;

    /// Describes its input for [`Route::decode`].
    fn input_schema(&self) -> InputSchema;

    /// Reads and checks an input.
    ///
    /// # Errors
    ///
    /// Says where the input is wrong and why.
    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn Call<A>>, InvalidInput>;
}

/// A call with its typed input, ready to run.
pub trait Call<A: App>: Send {
    /// Runs the handler once and encodes its output once.
    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, A>) -> BoxFuture<'a, Result<Box<dyn Event<A>>, SyncError>>
    where
        Self: 'a;
}

/// What happened: typed input and output, and the output's one JSON form.
pub trait Event<A: App>: Send + Sync {
    /// Returns `serverOutput`.
    fn server_output(&self) -> &RawValue;

    /// Returns how members are filtered; without a filter [`Event::judge`] need not be called.
    fn filter_kind(&self) -> FilterKind;

    /// Runs the filter for one member, or for its group unless that has been judged.
    ///
    /// `own` is empty; `clientOutput` is written there as JSON, nothing where it is `{}`.
    fn judge<'a>(&'a self, member: Member<'a, A>, own: &mut Vec<u8>) -> Judged<'a>;
}

/// The judgement about one member, at once or later.
pub enum Judged<'a> {
    /// A plain filter, or none; or a group whose filter panicked in an earlier call.
    Ready(Judgement),
    /// A filter that may wait, with the output that it writes in the end.
    Later(BoxFuture<'a, (Judgement, Vec<u8>)>),
    /// A filter by group: the number of the member's group, counted from 0 in the order in which groups are met, and the
    /// judgement about it; `None` when an earlier call gave it.
    Group(usize, Option<Judgement>),
}

/// What one member gets.
#[derive(Debug)]
pub enum Judgement {
    /// The event, with the `clientOutput` that was written.
    Deliver,
    /// Nothing.
    Skip,
    /// An error frame.
    Refuse(SyncError),
}

/// Which room names a rule opens: literal parts and parameters in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern(pub &'static [Segment]);

/// One part of a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// These bytes.
    Literal(&'static str),
    /// One or more of `A–Z a–z 0–9 _ . ~ @ -`.
    Parameter(&'static str),
}

impl Pattern {
    /// Returns the literal beginning, by which a name finds its rule.
    #[must_use]
    pub fn beginning(&self) -> &'static str {
        match self.0.first() {
            Some(Segment::Literal(text)) => text,
            _ => "",
        }
    }

    /// Returns the values of the parameters, or `None` when `name` is not of this form.
    ///
    /// A parameter takes as much as it can: the last place where the literal behind it fits.
    ///
    /// # Examples
    ///
    /// ```
    /// use sync::__private::{Pattern, Segment};
    ///
    /// let game = Pattern(&[Segment::Literal("game-"), Segment::Parameter("id"), Segment::Literal("-chat")]);
    /// assert_eq!(game.parameters("game-a-chat-chat"), Some(vec!["a-chat"]));
    /// assert_eq!(game.parameters("game--chat"), None);
    /// assert_eq!(game.parameters("game-ä-chat"), None);
    /// ```
    #[must_use]
    pub fn parameters<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        let mut values = Vec::new();
        matches_from(self.0, name, &mut values).then_some(values)
    }
}

fn matches_from<'n>(segments: &[Segment], rest: &'n str, values: &mut Vec<&'n str>) -> bool {
    match segments.split_first() {
        None => rest.is_empty(),
        Some((Segment::Literal(text), behind)) => {
            rest.strip_prefix(text).is_some_and(|rest| matches_from(behind, rest, values))
        }
        Some((Segment::Parameter(_), behind)) => {
            let longest = rest.bytes().take_while(|byte| is_parameter_byte(*byte)).count();
            (1..=longest).rev().any(|len| {
                let kept = values.len();
                values.push(&rest[..len]);
                let fits = matches_from(behind, &rest[len..], values);
                if !fits {
                    values.truncate(kept);
                }
                fits
            })
        }
    }
}

fn is_parameter_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.~@-".contains(&byte)
}
