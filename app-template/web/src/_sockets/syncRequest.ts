/**
 * The app's one connection to its server, typed by the handler files of the app.
 * Everything else in the page imports from here, never from "syncwright".
 */
import { createStore, createSync, type Mutators, type Person, type RoomStatus as RoomStatusOf, type SyncStore } from "syncwright";
import { createStoreHooks, createSyncHooks, type PresenceHook } from "syncwright/react";
import { readLanguageChoice } from "../language/languages";
import { contract, type ApiTypeMap, type EntityTypeMap, type ErrorCode, type MutationTypeMap, type PresenceTypes, type StateTypeMap, type SyncTypeMap } from "./apiTypes.generated";

export const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes, StateTypeMap>({
  // By it the server knows what this page relies on, and says when it may not keep to that any more (`onOutdated`).
  contract,
  // Before anyone has signed in, the handshake says in which language errors are wanted.
  lang: readLanguageChoice,
  // What is done offline by one user is not sent for another.
  offline: { user: () => user },
});

let user: string | null | undefined;

/** Says who is signed in, as far as this page knows. */
export function setUser(userId: string | null): void {
  user = userId;
}

/** Where the connection stands. */
export type { ConnectionStatus } from "syncwright";

/** Whether this tab is in a room, with the app's own error codes. */
export type RoomStatus = RoomStatusOf<ErrorCode>;

/** Somebody who is in a room, and what they say of themselves. */
export type PersonHere = Person<PresenceTypes>;

/** A room whose members see who is there. */
export type RoomWithPeople = PresenceTypes["rooms"];

/** Who is in a room, and how to say something there. */
export type PresenceHere = PresenceHook<PresenceTypes, ErrorCode>;

export const { syncRequest, apiRequest, joinRoom, leaveRoom, joinedRooms, updateLocation, upsertSyncEventCallback } =
  sync;

export const { useSyncEvents, useApiRequest, useConnection, useRoom, usePresence, useSyncState, useOfflineCalls } =
  createSyncHooks(sync);

/** What mutations are guessed to do before the server has spoken. */
export type AppMutators = Mutators<MutationTypeMap, EntityTypeMap>;

/** The durable data of one user, which is there without a connection, too. */
export type AppStore = SyncStore<MutationTypeMap, EntityTypeMap, ErrorCode>;

/** Opens the store of a user; whoever opens it closes it. */
export function openStore(userId: string, mutators: AppMutators): AppStore {
  return createStore<MutationTypeMap, EntityTypeMap, ErrorCode>({ sync, user: userId, mutators });
}

export const { StoreProvider, useStore, useStoreOrNull, useEntities, usePending, useSyncStatus } = createStoreHooks<
  MutationTypeMap,
  EntityTypeMap,
  ErrorCode
>();
