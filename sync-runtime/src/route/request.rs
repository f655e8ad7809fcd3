//! The request lane: question and answer, and nobody else hears it.

use std::marker::PhantomData;

use sync_schema::{Lane, Payload, RouteTypes, WireType};

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::run::{check, run_handler};
use crate::route::{
    Auth, BoxFuture, ChunkType, Ctx, Done, Effect, Method, Newest, Route, RouteId, RouteOptions, ServerHandler,
    TypedCall,
};
use crate::schema::{Empty, InputSchema, InvalidInput, Model, Wire, decode, wire_type};

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

    fn streams(&self) -> bool {
        H::STREAM.is_some()
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        let payloads = vec![
            input_of::<H>(wire_type::<H::Input>(model)),
            Payload::output("output", wire_type::<H::Output>(model)),
            ChunkType::payload(H::STREAM, "stream", model),
        ];
        self.id.describe(Lane::Request, H::DOCS, None, payloads)
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<H::Input>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<H::App>>, InvalidInput> {
        let input = Guarded::new(decode::<H::Input>(schema, json)?);
        Ok(Box::new(RequestCall::<H> { input, cb: self.id.cb }))
    }
}

impl<H: ServerHandler + 'static> Newest for RequestOnly<H> {
    type App = H::App;
    type Input = H::Input;
    type Output = H::Output;
    type Own = Empty;

    fn call(&self, input: Guarded<H::Input>, _: usize) -> Box<dyn TypedCall<H::App>> {
        Box::new(RequestCall::<H> { input, cb: self.id.cb })
    }

    fn describe<In: Wire, Out: Wire, Own: Wire>(&self, id: &RouteId, model: &mut Model) -> RouteTypes {
        let payloads = vec![
            input_of::<H>(wire_type::<In>(model)),
            Payload::output("output", wire_type::<Out>(model)),
            Payload::never("stream"),
        ];
        id.describe(Lane::Request, H::DOCS, None, payloads)
    }
}

fn input_of<H: ServerHandler>(input: WireType) -> Payload {
    match H::OPTIONS.method {
        Method::Get => Payload::query("input", input),
        Method::Post => Payload::input("input", input),
    }
}

struct RequestCall<H: ServerHandler> {
    input: Guarded<H::Input>,
    cb: &'static str,
}

impl<H: ServerHandler> TypedCall<H::App> for RequestCall<H> {
    fn check<'a>(&'a self, ctx: Ctx<'a, H::App>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        check::<H>(ctx, &self.input)
    }

    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, H::App>) -> BoxFuture<'a, Result<Done<H::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { input, cb } = *self;
            let (_, output) = run_handler::<H>(ctx, &input, cb).await?;
            Ok(Done::new(output, Effect::None))
        })
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use serde_json::value::RawValue;

    use crate::route::{CallerView, Nobody, StreamTo, Streams, TestApp};
    use crate::wire::Location;

    use super::*;

    /// Says something to its caller, to the room and to some users before it answers.
    struct Talks;

    impl ServerHandler for Talks {
        type App = TestApp;
        type Input = Empty;
        type Output = Empty;
        const DOCS: &'static str = "";
        const OPTIONS: RouteOptions = RouteOptions::NONE;

        fn auth() -> Auth<TestApp> {
            Auth::public()
        }

        async fn call<'a>(ctx: Ctx<'a, TestApp>, _: &'a Empty) -> Result<Empty, SyncError> {
            for to in [StreamTo::Caller, StreamTo::Room, StreamTo::Users(&["ada"])] {
                ctx.streams().send(to, RawValue::TRUE).await?;
            }
            Ok(Empty {})
        }
    }

    /// Has room for so many chunks, and nobody listens after that.
    struct Heard(usize, Mutex<Vec<String>>);

    impl Streams for Heard {
        fn send<'a>(&'a self, to: StreamTo<'a>, chunk: &'a RawValue) -> BoxFuture<'a, Result<(), SyncError>> {
            Box::pin(async move {
                let mut heard = self.1.lock();
                if heard.len() == self.0 {
                    return Err(SyncError::new("sync-cancelled"));
                }
                heard.push(format!("{to:?} {chunk}"));
                Ok(())
            })
        }
    }

    #[tokio::test]
    async fn a_handler_has_a_way_out_for_chunks_and_is_told_when_nobody_hears_them() {
        let id = RouteId {
            page: "test",
            name: "talk",
            version: "v1",
            path: "test/talk",
            cb: "test/talk/v1",
            sources: &[],
            retires: None,
        };
        let route = RequestOnly::<Talks>::new(id);
        for (room, expected) in [(3, "answered"), (2, "sync-cancelled")] {
            let heard = Heard(room, Mutex::default());
            let (session, location, streams) = (&Empty {}, &Location::default(), &heard as &dyn Streams);
            let view = CallerView {
                app: &TestApp,
                room: "",
                session,
                locale: "en",
                location,
                streams,
                people: &Nobody,
                states: &Nobody,
            };
            let call = route.decode(&route.input_schema(), "{}").expect("an input");
            let outcome = call.run(Ctx::new(&view)).await;
            assert_eq!(outcome.map_or_else(|error| error.code(), |_| "answered"), expected);
            let all = ["Caller true", "Room true", "Users([\"ada\"]) true"];
            assert_eq!(heard.1.into_inner(), all[..room]);
        }
    }
}
