"use client";
/** The public names of `syncwright/react`. */

export { createSyncHooks } from "./createSyncHooks";
export type { SyncHooks } from "./createSyncHooks";
export type { ApiRequestHook, AskApi, UseApiRequest } from "./useApiRequest";
export type { ConnectionHook } from "./useConnection";
export type { PresenceHook } from "./usePresence";
export type { SyncEventHook } from "./useSyncEvents";
export type { SyncStateHook, UseSyncState } from "./useSyncState";
export { createStoreHooks } from "./createStoreHooks";
export type { StoreHooks } from "./createStoreHooks";
