//! A state as a route of its lane: its calls are actions.

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::sync::OnceLock;

use serde_json::value::RawValue;
use sync_schema::{Lane, Payload, RouteTypes};

use crate::contain::{Guarded, Panicked, contained};
use crate::error::{BoxError, SyncError};
use crate::route::{
    Act, Auth, BoxFuture, CellPlace, Ctx, Done, Effect, OlderState, Pattern, RoomKind, Route, RouteId, RouteOptions,
    SaidOfState, SharedState, State, StateCell, StateKey, StateRoute, StateValue, StoreKind, StoredValue, TypedCall,
};
use crate::schema::{InputSchema, InvalidInput, Model, decode, wire_type};
use crate::states::cell::Cell;

/// A route of the state lane.
pub struct StateOnly<S> {
    id: RouteId,
    /// Whether its values may be nested as deep as one likes.
    is_deep: OnceLock<bool>,
    state: PhantomData<fn() -> S>,
}

impl<S> StateOnly<S> {
    /// Gives the state its names.
    #[must_use]
    pub const fn new(id: RouteId) -> Self {
        Self { id, is_deep: OnceLock::new(), state: PhantomData }
    }
}

impl<S> std::fmt::Debug for StateOnly<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StateOnly").field(&self.id.cb).finish()
    }
}

impl<S: StateRoute> Route<S::App> for StateOnly<S> {
    fn id(&self) -> &RouteId {
        &self.id
    }

    fn auth(&self) -> Auth<S::App> {
        S::auth()
    }

    fn options(&self) -> RouteOptions {
        S::SAID.route
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        let payloads = vec![
            Payload::output("view", wire_type::<S::View>(model)),
            Payload::input("action", wire_type::<S::Action>(model)),
        ];
        let is_stored = S::SAID.store != StoreKind::Memory;
        let stored = is_stored.then(|| wire_type::<S>(model));
        RouteTypes { stored, ..self.id.describe(Lane::State, S::SAID.docs, S::SAID.route.room, payloads) }
    }

    fn input_schema(&self) -> InputSchema {
        InputSchema::of::<S::Action>()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<S::App>>, InvalidInput> {
        Ok(Box::new(Action::<S>(Guarded::new(decode::<S::Action>(schema, json)?))))
    }

    fn state(&self) -> Option<&dyn State<S::App>> {
        Some(self)
    }
}

impl<S: SharedState> StateOnly<S> {
    fn is_deep(&self) -> bool {
        *self.is_deep.get_or_init(|| {
            let mut model = Model::default();
            let shape = S::shape(&mut model);
            model.types().may_be_deep(&shape)
        })
    }
}

/// An action that was sent.
struct Action<S: SharedState>(Guarded<S::Action>);

impl<S: SharedState> TypedCall<S::App> for Action<S> {
    fn check<'a>(&'a self, _: Ctx<'a, S::App>) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
        None
    }

    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, S::App>) -> BoxFuture<'a, Result<Done<S::App>, SyncError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let action = S::prepare(ctx, self.0.into_inner()).await?;
            let act = Box::new(Action::<S>(Guarded::new(action)));
            Ok(Done::new(RawValue::NULL.to_owned(), Effect::Act(act)))
        })
    }
}

impl<S: SharedState> Act<S::App> for Action<S> {
    fn apply(&self, ctx: Ctx<'_, S::App>, value: &mut dyn Any) -> Result<(), SyncError> {
        match value.downcast_mut::<S>() {
            Some(value) => value.apply(ctx, &self.0),
            None => Err(SyncError::new("sync-server-failed")),
        }
    }
}

impl<S: StateRoute> State<S::App> for StateOnly<S> {
    fn said(&self) -> SaidOfState {
        S::SAID
    }

    fn pattern(&self) -> Pattern {
        match S::SAID.route.room {
            Some(RoomKind::Rule(pattern)) => pattern,
            // The attribute asks for one.
            _ => Pattern(&[]),
        }
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<S>()
    }

    fn names(&self) -> Vec<(&'static str, &'static str)> {
        S::readers().iter().map(|reader| (reader.path, reader.version)).collect()
    }

    fn begin(&self, app: &S::App, place: CellPlace) -> Result<Box<dyn StateCell<S::App>>, BoxError> {
        let made = contained(|| S::initial(StateKey::new(app, &place.room, self.pattern())));
        let value = made.map_err(|Panicked| "`initial` panicked")?;
        Ok(Box::new(Cell::<S>::new(value, 1, place, self.is_deep())?))
    }

    fn go_on(&self, place: CellPlace, stored: StoredValue<'_>) -> Result<Box<dyn StateCell<S::App>>, BoxError> {
        let (value, number) = match stored {
            StoredValue::Json { version, number, json } => {
                let readers = S::readers();
                let reader = readers.get(version).ok_or("it is stored under an unknown name")?;
                let read = contained(|| (reader.read)(json)).map_err(|Panicked| "`upgrade` panicked")??;
                // What an older version has counted is not continued: its number is of another key.
                (read, if version == 0 { number } else { 1 })
            }
            StoredValue::Own { number, value } => {
                let value = value.downcast::<S>().map_err(|_| "`load` has returned another type")?;
                (*value, number)
            }
        };
        Ok(Box::new(Cell::<S>::new(value, number, place, self.is_deep())?))
    }

    fn load<'a>(&'a self, app: &'a S::App, room: &'a str) -> BoxFuture<'a, Result<Option<StoredValue<'a>>, BoxError>> {
        Box::pin(async move {
            let stored = S::load(StateKey::new(app, room, self.pattern())).await?;
            Ok(stored.map(|stored| StoredValue::Own { number: stored.version.max(1), value: Box::new(stored.value) }))
        })
    }

    fn persist<'a>(
        &'a self,
        app: &'a S::App,
        room: &'a str,
        value: &'a StateValue,
        number: u64,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let value = copied::<S>(value)?;
            S::persist(StateKey::new(app, room, self.pattern()), value, number).await
        })
    }

    fn updated<'a>(
        &'a self,
        app: &'a S::App,
        room: &'a str,
        (before, after): (&'a StateValue, &'a StateValue),
        number: u64,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let (Ok(before), Ok(after)) = (copied::<S>(before), copied::<S>(after)) {
                S::updated(StateKey::new(app, room, self.pattern()), before, after, number).await;
            }
        })
    }

    fn closed<'a>(&'a self, app: &'a S::App, room: &'a str, last: &'a StateValue) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Ok(last) = copied::<S>(last) {
                S::closed(StateKey::new(app, room, self.pattern()), last).await;
            }
        })
    }
}

/// Finds the value in a copy that [`Cell`] has made.
fn copied<S: SharedState>(value: &StateValue) -> Result<&S, BoxError> {
    let value = value.downcast_ref::<Guarded<S>>().ok_or("a copy of another type")?;
    Ok(value)
}
