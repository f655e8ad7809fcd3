//! The request lane: question and answer, and nobody else hears it.

use std::marker::PhantomData;

use sync_schema::{Lane, Payload, RouteTypes};

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::run::run_handler;
use crate::route::{Auth, BoxFuture, Call, Ctx, Done, Effect, Method, Route, RouteId, RouteOptions, ServerHandler};
use crate::schema::{InputSchema, InvalidInput, Model, decode, wire_type};

/// A route of the request lane.
pub struct RequestOnly<H> {
    id: RouteId,
    handler: PhantomData<fn() -> H>,
}

impl<H> RequestOnly<H> {
    /// Gives the handler its names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, handler: PhantomData }
    }
}

impl<H> std::fmt::Debug for RequestOnly<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RequestOnly").field(&self.id.cb).finish()
    }
}

impl<H: ServerHandler> Route<H::App> for RequestOnly<H> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<H::App> {
        H::auth()
    }

    fn options(&self) -> RouteOptions {
        H::OPTIONS
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        let input = wire_type::<H::Input>(model);
        let payloads = vec![
            match H::OPTIONS.method {
                Method::Get => Payload::query("input", input),
                Method::Post => Payload::input("input", input),
            },
            Payload::output("output", wire_type::<H::Output>(model)),
            Payload::never("stream"),
        ];
        self.id.describe(Lane::Request, H::DOCS, payloads)
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<H::Input>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn Call<H::App>>, InvalidInput> {
        let input = Guarded::new(decode::<H::Input>(schema, json)?);
        Ok(Box::new(RequestCall::<H> { input, cb: self.id.cb }))
    }
}

struct RequestCall<H: ServerHandler> {
    input: Guarded<H::Input>,
    cb: &'static str,
}

impl<H: ServerHandler> Call<H::App> for RequestCall<H> {
    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, H::App>) -> BoxFuture<'a, Result<Done<H::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { input, cb } = *self;
            let (_, output) = run_handler::<H>(ctx, &input, cb).await?;
            Ok(Done { output, effect: Effect::None })
        })
    }
}
