/** Mistakes as a developer makes them; `templateTypes.test.ts` says what the compiler tells about each. */
import { createSync } from "syncwright";
import type { ErrorCode, SyncTypeMap } from "../../../app-template/web/src/_sockets/apiTypes.generated.ts";

const { syncRequest, upsertSyncEventCallback } = createSync<SyncTypeMap, ErrorCode>();
const receiver = "game-room-1";

export const wrongName = syncRequest({ name: "examples/updateCuonter", version: "v1", data: { amount: 5 }, receiver });
export const wrongVersion = syncRequest({ name: "examples/updateCounter", version: "v3", data: { amount: 5 }, receiver });
export const wrongPayload = syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: "5" }, receiver });
export const unknownField = syncRequest({ name: "examples/updateCounter", version: "v1", data: { amount: 5, note: "" }, receiver });
export const missingData = syncRequest({ name: "examples/updateCounter", version: "v1", receiver });
export const wrongOutput = upsertSyncEventCallback({
  name: "examples/updateCounter",
  version: "v1",
  callback: ({ serverOutput }) => console.log(serverOutput.newValeu),
});
export const wrongPart = upsertSyncEventCallback({
  name: "examples/updateCounter",
  version: "v1",
  callback: ({ serverOutputs }) => console.log(serverOutputs),
});
