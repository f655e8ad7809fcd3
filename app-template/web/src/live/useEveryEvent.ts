import { useSyncEvents } from "../_sockets/syncRequest";
import type { EventRoute, FeedItem, ShownError } from "./feed";

/**
 * Hands each event of the app's routes to `record`, in the order of arrival. Cursors alone are left out: a dozen in a second would push
 * everything else from the list.
 */
export function useEveryEvent(record: (item: FeedItem) => void): void {
  const { upsertSyncEventCallback } = useSyncEvents();

  const failed = (route: EventRoute) => (error: ShownError & { readonly room: string }) =>
    record({ kind: "error", room: error.room, route, error });

  upsertSyncEventCallback({
    name: "examples/updateCounter",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "examples/updateCounter/v1", serverOutput, clientOutput } }),
    onError: failed("examples/updateCounter/v1"),
  });
  upsertSyncEventCallback({
    name: "examples/updateCounter",
    version: "v2",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "examples/updateCounter/v2", serverOutput, clientOutput } }),
    onError: failed("examples/updateCounter/v2"),
  });
  upsertSyncEventCallback({
    name: "examples/fail",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "examples/fail/v1", serverOutput, clientOutput } }),
    onError: failed("examples/fail/v1"),
  });
  upsertSyncEventCallback({
    name: "chat/sendMessage",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "chat/sendMessage/v1", serverOutput, clientOutput } }),
    onError: failed("chat/sendMessage/v1"),
  });
  upsertSyncEventCallback({
    name: "story/tell",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "story/tell/v1", serverOutput, clientOutput } }),
    onError: failed("story/tell/v1"),
  });
  upsertSyncEventCallback({
    name: "lobby/typing",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "lobby/typing/v1", serverOutput, clientOutput } }),
    onError: failed("lobby/typing/v1"),
  });
  upsertSyncEventCallback({
    name: "test/nestedTest/room",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "test/nestedTest/room/v1", serverOutput, clientOutput } }),
    onError: failed("test/nestedTest/room/v1"),
  });
  upsertSyncEventCallback({
    name: "root/announce",
    version: "v1",
    callback: ({ room, serverOutput, clientOutput }) =>
      record({ kind: "event", room, event: { route: "root/announce/v1", serverOutput, clientOutput } }),
    onError: failed("root/announce/v1"),
  });
}
