/** Mistakes as a developer makes them; `templateTypes.test.ts` says what the compiler tells about each. */
import { createSync } from "syncwright";
import type { NoPresence } from "syncwright";
import type { ApiTypeMap, ErrorCode, StateTypeMap, SyncTypeMap } from "../../../app-template/web/src/_sockets/apiTypes.generated.ts";

const { syncRequest, apiRequest, upsertSyncEventCallback, openState } = createSync<SyncTypeMap, ErrorCode, ApiTypeMap, NoPresence, StateTypeMap>();
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

const room = "game-room-1";

export const wrongQuestion = apiRequest({ name: "examples/readCuonter", version: "v1", data: { room } });
export const wrongQuestionVersion = apiRequest({ name: "examples/readCounter", version: "v2", data: { room } });
export const wrongInput = apiRequest({ name: "examples/readCounter", version: "v1", data: { room: 1 } });
export const unknownInput = apiRequest({ name: "examples/readCounter", version: "v1", data: { room, amount: 5 } });
export const missingInput = apiRequest({ name: "examples/readCounter", version: "v1" });
export const withReceiver = apiRequest({ name: "examples/readCounter", version: "v1", data: { room }, receiver });
export const wrongAnswer = apiRequest({ name: "examples/readCounter", version: "v1", data: { room } }).then((answer) =>
  answer.status === "success" ? answer.result.valeu : null,
);

const board = openState({ name: "board/notes", version: "v1", room: "board-7" });

export const wrongValue = openState({ name: "board/ntoes", version: "v1", room: "board-7" });
export const wrongKind = openState({ name: "board/notes", version: "v1", room: "game-room-1" });
export const wrongAction = board.act({ mvoe: { id: "a", x: 1, y: 2 } });
export const wrongView = board.get().value?.ntoes;
