//! A version of a route without a handler of its own: a newer one's answers its callers, and tells its listeners in the older form.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sync_schema::RouteTypes;

use crate::clock::Seldom;
use crate::contain::{Guarded, Panicked, contained, log_panicked};
use crate::error::SyncError;
use crate::route::run::encode;
use crate::route::{App, Auth, BoxFuture, Ctx, Done, FilterKind, Route, RouteId, RouteOptions, TypedCall};
use crate::schema::{InputSchema, InvalidInput, Model, Path, Wire, decode};

/// A route that can answer for an older version of itself.
pub trait Newest: Route<Self::App> + Sized + 'static {
    /// The app of the route.
    type App: App;
    /// What its handler takes.
    type Input: Wire + Send + Sync;
    /// What its handler answers.
    type Output: Wire;
    /// What its filter makes for a member; `{}` where there is none.
    type Own: Wire;

    /// Returns a call with this input, whose JSON had so many bytes.
    fn call(&self, input: Guarded<Self::Input>, bytes: usize) -> Box<dyn TypedCall<Self::App>>;

    /// Describes a version with other types.
    fn describe<In: Wire, Out: Wire, Own: Wire>(&self, id: &RouteId, model: &mut Model) -> RouteTypes;
}

/// What happens in a room, in the form in which an older version of its route tells it.
pub trait OlderForm: Send + Sync {
    /// Returns the names of the older version.
    fn id(&self) -> &RouteId;

    /// Tries to take an input of the older version, and does nothing with it.
    ///
    /// # Errors
    ///
    /// That it is none; or, inside, that what it has become breaks the rules of the newer one.
    fn takes(&self, schema: &InputSchema, json: &str) -> Result<Result<(), SyncError>, InvalidInput>;

    /// Returns its `serverOutput`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn server_output(&self, output: &RawValue) -> Result<Box<RawValue>, Untellable>;

    /// Returns its `clientOutput`, likewise.
    ///
    /// # Errors
    ///
    /// As [`server_output`](OlderForm::server_output).
    fn client_output(&self, own: &RawValue) -> Result<Box<RawValue>, Untellable>;
}

/// Why an output has no older form.
#[derive(Debug, thiserror::Error)]
pub enum Untellable {
    /// It cannot be read as what it was written from.
    #[error("an output cannot be read as what it was written from")]
    Read(#[source] serde_json::Error),
    /// What `downgrade` has made of it cannot be written.
    #[error("what `downgrade` has made of an output has no JSON form")]
    Write,
}

/// An older version of the route `R`: what it takes, what it answers, and what a member gets for itself.
pub struct Bridged<R: Newest, In, Out, Own> {
    id: RouteId,
    to: &'static R,
    upgrade: fn(In) -> R::Input,
    downgrade: fn(&R::Output) -> Out,
    downgrade_own: fn(&R::Own) -> Own,
}

impl<R: Newest, In, Out, Own> Bridged<R, In, Out, Own> {
    /// Gives the older version its names, and has `to` answer for it.
    #[must_use]
    pub const fn new(
        id: RouteId,
        to: &'static R,
        upgrade: fn(In) -> R::Input,
        downgrade: fn(&R::Output) -> Out,
        downgrade_own: fn(&R::Own) -> Own,
    ) -> Self {
        Self { id, to, upgrade, downgrade, downgrade_own }
    }
}

impl<R: Newest, In, Out, Own> std::fmt::Debug for Bridged<R, In, Out, Own> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bridged").field(&self.id.cb).field(&self.to.id().cb).finish()
    }
}

impl<R, In, Out, Own> Route<R::App> for Bridged<R, In, Out, Own>
where
    R: Newest,
    In: Wire + Send + Sync,
    Out: Wire,
    Own: Wire,
{
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<R::App> {
        self.to.auth()
    }

    fn options(&self) -> RouteOptions {
        self.to.options()
    }

    fn filter(&self) -> FilterKind {
        self.to.filter()
    }

    fn streams(&self) -> bool {
        self.to.streams()
    }

    fn happens_as(&self) -> Option<&'static dyn Route<R::App>> {
        Some(self.to)
    }

    fn answered_as(&self) -> &'static str {
        self.to.id().cb
    }

    fn older_form(&'static self) -> Option<&'static dyn OlderForm> {
        Some(self)
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        self.to.describe::<In, Out, Own>(&self.id, model)
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<In>()
    }

    /// What `upgrade` makes of an input has passed the rules of the older version, and may break newer ones.
    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<R::App>>, InvalidInput> {
        let old = decode::<In>(schema, json)?;
        let Ok(input) = contained(|| (self.upgrade)(old)) else {
            log_panicked(self.id.cb, "upgrade");
            return Ok(Box::new(NoCall));
        };
        let input = Guarded::new(input);
        check_rules(&*input)?;
        let call = self.to.call(input, json.len());
        Ok(Box::new(BridgedCall::<R, Out> { call, downgrade: self.downgrade, cb: self.id.cb }))
    }
}

impl<R: Newest, In: Wire, Out: Wire, Own: Wire> OlderForm for Bridged<R, In, Out, Own> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn takes(&self, schema: &InputSchema, json: &str) -> Result<Result<(), SyncError>, InvalidInput> {
        let input = decode::<In>(schema, json)?;
        let checked = check_rules(&(self.upgrade)(input));
        Ok(checked.map_err(|wrong| SyncError::invalid_input(wrong.path, wrong.reason)))
    }

    fn server_output(&self, output: &RawValue) -> Result<Box<RawValue>, Untellable> {
        downgraded(output, self.downgrade, self.id.cb)
    }

    fn client_output(&self, own: &RawValue) -> Result<Box<RawValue>, Untellable> {
        downgraded(own, self.downgrade_own, self.id.cb)
    }
}

/// A call whose `upgrade` has panicked.
struct NoCall;

impl<A: App> TypedCall<A> for NoCall {
    fn check<'a>(&'a self, _: Ctx<'a, A>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        None
    }

    fn run<'a>(self: Box<Self>, _: Ctx<'a, A>) -> BoxFuture<'a, Result<Done<A>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async { Err(SyncError::new("sync-server-failed")) })
    }
}

/// A call of an older version: the newer one's, with its answer in the older form.
struct BridgedCall<R: Newest, Out> {
    call: Box<dyn TypedCall<R::App>>,
    downgrade: fn(&R::Output) -> Out,
    cb: &'static str,
}

impl<R: Newest, Out: Wire> TypedCall<R::App> for BridgedCall<R, Out> {
    fn check<'a>(&'a self, ctx: Ctx<'a, R::App>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        self.call.check(ctx)
    }

    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, R::App>) -> BoxFuture<'a, Result<Done<R::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { call, downgrade, cb } = *self;
            let done = call.run(ctx).await?;
            // It has happened, whether this caller can be told in its own words or not.
            Ok(match told(cb, || downgraded(&done.output, downgrade, cb)) {
                Some(output) => Done { output, ..done },
                None => Done { untellable: Some(SyncError::new("sync-server-failed")), ..done },
            })
        })
    }
}

/// Returns the older form of something, if it has one; the app's code may panic.
pub(crate) fn told(cb: &str, downgrade: impl FnOnce() -> Result<Box<RawValue>, Untellable>) -> Option<Box<RawValue>> {
    match contained(downgrade) {
        Ok(Ok(told)) => Some(told),
        Ok(Err(error)) => {
            static UNTELLABLE: Seldom = Seldom::at_most(20);
            if let Some(times) = UNTELLABLE.happened() {
                tracing::error!(route = cb, error = crate::error::chain(&error), times, "an output has no older form");
            }
            None
        }
        Err(Panicked) => {
            log_panicked(cb, "downgrade");
            None
        }
    }
}

fn check_rules(input: &impl Wire) -> Result<(), InvalidInput> {
    input.check_rules(&Path::top())
}

/// By its JSON, which is what is shared and kept of what happened.
fn downgraded<New: DeserializeOwned, Old: Wire>(
    new: &RawValue,
    by: fn(&New) -> Old,
    cb: &str,
) -> Result<Box<RawValue>, Untellable> {
    let new = Guarded::new(serde_json::from_str::<New>(new.get()).map_err(Untellable::Read)?);
    encode(&*Guarded::new(by(&new)), cb).ok_or(Untellable::Write)
}
