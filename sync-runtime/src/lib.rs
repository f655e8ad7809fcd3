//! Typed, authorised, translated real-time events over Socket.IO and HTTP.
//!
//! An app drops handler files into `src/<page>/_sync/` and `src/<page>/_api/`; this crate runs them. Apps depend on it under
//! the name `sync`, and everything that an attribute expands to is reached through it. Where to read first: [`App`], [`Server`],
//! and the attributes [`wire`](macro@wire), [`server`](macro@server), [`client`](macro@client), [`request`](macro@request) and
//! [`room`](macro@room).

// The attributes expand to paths that begin with `::sync`, also in this crate's own tests and examples.
#[allow(unused_extern_crates, reason = "named only inside of expansions")]
extern crate self as sync;

#[cfg(panic = "abort")]
compile_error!("a panic of one handler must not end the process: remove `panic = \"abort\"` from the profile");

mod api;
mod clock;
#[cfg(any(feature = "redis", test))]
mod cluster;
mod config;
mod contain;
mod dispatch;
mod error;
mod i18n;
mod id;
mod idempotency;
mod limits;
mod log;
mod metrics;
#[cfg(feature = "postgres")]
mod replication;
mod rooms;
mod route;
pub mod schema;
mod server;
mod session;
mod states;
mod storage;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod wire;

pub use axum;
pub use chrono;
pub use config::{
    Config, ConfigError, Environment, HistoryPlace, LogFormat, MetricsAccess, ReplicationLog, ReplicationSource, Secret,
};
pub use contain::Guarded;
pub use dispatch::{FailingState, RoomMember, RoomState, Rooms, StateHealth};
pub use error::{BoxError, SyncError, status_of};
pub use i18n::CatalogError;
pub use id::Id;
pub use log::{Registered, Registration, ScopePosition};
pub use rooms::CloseReason;
pub use route::{
    Access, AnyRoom, App, Auth, BoxFuture, Ctx, Entity, EventRoute, Everyone, Member, Presence, Present, RequestRoute,
    RoomCtx, RoomOf, Scope, SharedState, Sql, SqlAnswer, SqlError, SqlValue, StateKey, StateOf, Stored, Tx,
};
pub use schema::{Empty, Wire};
pub use serde_json;
pub use server::{Clients, Handle, Running, Server, StartError};
#[cfg(feature = "redis")]
pub use session::RedisStore;
pub use session::{
    LiveSession, MemoryStore, SessionEnd, SessionError, SessionStore, Sessions, SqliteStore, StoreError, Token,
    TokenHash,
};
pub use states::{Backup, BackupError, StateStoreError};
pub use storage::DataError;
pub use sync_macros::{
    app, client, entity, error, mutation, presence, replica, request, room, scope, server, session, state, wire,
};
pub use sync_schema::{Rate, RateLimit};
pub use tracing;
pub use transport::{ClosedSockets, Traffic};
pub use uuid::{self, Uuid};
pub use validator;
pub use wire::Location;

/// What is written for tests, if the runtime has what they are made of.
#[cfg(feature = "testing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_testing {
    ($($code:tt)*) => { $($code)* };
}

/// What is written for tests, if the runtime has what they are made of.
#[cfg(not(feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_testing {
    ($($code:tt)*) => {};
}

/// What attributes and generated code expand to. No promise is made about it.
#[doc(hidden)]
pub mod __private {
    pub use crate::api::{describe, describe_with};
    pub use crate::config::{DefaultValue, Explained, explained};
    // Benchmarks drive the pipeline without a network.
    pub use crate::dispatch::{Caller, Dispatcher, Presented, PresentedToken, Turn};
    pub use crate::i18n::{Catalog, accepted};
    #[cfg(all(feature = "testing", feature = "postgres"))]
    pub use crate::log::PostgresLog;
    #[cfg(feature = "testing")]
    pub use crate::log::suite as log_store_suite;
    pub use crate::log::{LogStore, Retention, SqliteLog};
    #[cfg(all(feature = "testing", feature = "postgres"))]
    pub use crate::log::{ReplicaLog, replica_suite};
    pub use crate::metrics::{SERIES, Series, SeriesKind};
    pub use crate::rooms::{
        Bundle, Histories, Hub, Identity, LocalSequencer, NoHistories, NotPlaced, NowOrLater, Outbox, RemoteEvents,
        Room, RoomServices, Sequencer, Socket, Submitted,
    };
    pub use crate::route::{
        Auth, BoxFuture, Bridged, ChunkType, ClientChunk, ClientHandler, ClientOnly, Column, Ctx, EntityKey, EntityOf,
        FilterKind, Filtered, GroupKey, IntoGroup, IntoVerdict, Keep, Member, Method, MutationHandler, MutationOnly,
        NoOlder, NoRow, OfServer, Paired, Pattern, ReplicaHandler, ReplicaOf, RequestOnly, RoomCtx, RoomKind,
        RoomParameter, RoomRule, Route, RouteId, RouteOptions, Routes, SaidOfState, Save, ScopePage, ScopeRule,
        Segment, ServerChunk, ServerHandler, ServerOnly, StateParts, StateRoute, StoreKind, StreamTo, Streams, Table,
        TableEntity, TableName, TypedCall, Verdict, answered, day, group_of, scopes_of, upgraded,
    };
    pub use crate::schema::Empty;
    #[cfg(all(feature = "testing", feature = "redis"))]
    pub use crate::states::RedisStates;
    pub use crate::states::StateOnly;
    #[cfg(feature = "testing")]
    pub use crate::states::suite as state_store_suite;

    /// What a handler's file has under the name of its chunks until it declares some.
    pub mod no_server_stream {
        pub use crate::route::NoStream as ServerStream;
    }

    /// What a mutation's file has under the name of what it waits for until it declares some.
    pub mod no_prepare {
        use crate::error::SyncError;
        use crate::route::{App, Ctx};

        /// Waits for nothing.
        ///
        /// # Errors
        ///
        /// None.
        pub async fn prepare<A: App, T>(_: Ctx<'_, A>, args: T) -> Result<T, SyncError> {
            Ok(args)
        }
    }

    /// What a filter's file has under the name of its chunks until it declares some.
    pub mod no_client_stream {
        pub use crate::route::NoStream as ClientStream;
    }
    pub use crate::server::{hub, rest_scopes, rows_live, serve};
    // What is read of a request or of a packet, and who it is from, may be tried with any header and any text.
    pub use crate::transport::{Inbound, InboundKind, client_address, cookie_token, session_cookie};
    pub use crate::wire::{
        Asker, Call, Data, Envelope, HttpCall, IgnoreSelf, Message, Misread, MutationCall, Packet, Position,
        PositionKey, PresenceChange, PresenceKind, PresenceUpdate, PresentPerson, PullCall, PushCall, ScopesCall,
        SnapshotCall, StateAct, StateOpen, StatePlace, SyncCall,
    };
    pub use serde;
    pub use serde_json;
    pub use sync_schema::{Api, Rate, RateLimit};
    pub use validator;
}
