"use client";
/** The public names of `syncwright/react`. */

export { createSyncHooks } from "./createSyncHooks";
export type { SyncHooks } from "./createSyncHooks";
export type { ApiRequestHook, AskApi, UseApiRequest } from "./useApiRequest";
export type { SyncEventHook } from "./useSyncEvents";
