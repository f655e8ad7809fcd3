/**
 * The app's one connection to its server, typed by the handler files of the app.
 * Everything else in the page imports from here, never from "syncwright".
 */
import { createSync } from "syncwright";
import { createSyncHooks } from "syncwright/react";
import { contract, type ApiTypeMap, type ErrorCode, type PresenceTypes, type SyncTypeMap } from "./apiTypes.generated";

export const sync = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>({ contract });

export const { syncRequest, apiRequest, joinRoom, leaveRoom } = sync;
export const { useSyncEvents, useApiRequest, useConnection, useRoom } = createSyncHooks(sync);
