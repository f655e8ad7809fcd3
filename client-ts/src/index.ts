/** The public names of the framework-free client. The React hooks are at `syncwright/react`. */

export { createSync } from "./sync/createSync";
export { createStore, defineMutators } from "./store/createStore";
export type { StoreOptions } from "./store/createStore";
export type {
  ArgsOf,
  Dropped,
  EntityMapOf,
  EntityOf,
  EntityTypes,
  Live,
  Mutated,
  MutateOptions,
  MutationTypes,
  Mutators,
  MutatorTx,
  NoEntities,
  Query,
  RejectedMutation,
  ScopeOf,
  ScopeOfEntity,
  ScopeStatus,
  Settled,
  SyncStore,
} from "./store/storeTypes";
export type { LogConnection } from "./sync/log";
export type { LocationOptions, OfflineCallStore, RoomStatus, SyncClient, SyncOptions } from "./sync/syncClient";
export type { ApiRequest, ApiRequestBase, ApiRequestOptions } from "./sync/apiRequest";
export type {
  CallLimits,
  ClientErrorCode,
  EventAnswer,
  EventSuccess,
  JoinRoomAnswer,
  LocationAnswer,
  PresenceAnswer,
  RoomsAnswer,
  SyncAnswer,
  SyncFailure,
  SyncSuccess,
} from "./sync/answer";
export type { WhenOffline } from "./sync/lane";
export type { DropReason, OfflineCall, OfflineOptions } from "./sync/offline";
export type { DataOption } from "./sync/dataOption";
export type { NoPresence, Person, PresenceTypesOf, RoomPresence } from "./sync/presenceTypes";
export type { OnOutdated, Outdated } from "./sync/outdated";
export type { OnProblem, SyncProblem } from "./sync/problems";
export type { ApiTypes, NoRoutes, RouteName, RouteTypes, RouteVersion, StateTypes, TypeMapOf, TypeOf } from "./sync/routes";
export type {
  ActedAnswer,
  ActOptions,
  OpenState,
  OpenStateOf,
  StateBase,
  StateHandle,
  StateOf,
  StateOptions,
  StateSnapshot,
  SyncStateOptions,
} from "./sync/stateTypes";
export type { SyncEvent, SyncEventError, SyncEventOptions, UpsertSyncEventCallback } from "./sync/syncEvents";
export type { SyncRequest, SyncRequestBase, SyncRequestOptions } from "./sync/syncRequest";
export type { ConnectionStatus, ConnectionStatusStore, EndedByServer } from "./socket/status";
export type { Backoff } from "./socket/backoff";
export type { Carriage, Transport } from "./socket/socket";
export type { IgnoreSelf } from "./wire/payloads";
export type { DeliveryReport, ErrorParams } from "./wire/answers";
export type { ClosingReason } from "./wire/frames";
