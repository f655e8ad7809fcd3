// @vitest-environment happy-dom
import { act, memo, useEffect, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, test, vi } from "vitest";
import { createSyncIn } from "../sync/createSync";
import { domForEachTest } from "../testing/dom";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { ApiTypeMap, ErrorCode, PresenceTypes, StateTypeMap, SyncTypeMap } from "../testing/routes";
import type { Operation } from "../wire/patch";
import { createSyncHooks } from "./createSyncHooks";

const dom = domForEachTest();

type Board = StateTypeMap["board"]["notes"]["v1"]["view"];

const ROOM = "board-1";
const BOARD = { name: "board/notes", version: "v1", room: ROOM } as const;
const JOINED = { status: "success", rooms: [ROOM], pos: "p1", recovered: false };
const NOTES: Board = { notes: { a: { text: "A" }, b: { text: "B" } }, order: ["a", "b"] };
const WHOLE = { status: "success", room: ROOM, stateVersion: "1", view: NOTES };

function setUp() {
  const network = new FakeNetwork();
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes, StateTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake },
    { lang: () => "en" },
  );
  /** What was sent, as short text. */
  const sent = (): readonly string[] =>
    network.socket.sent.map(({ event, payload }) => `${event} ${(payload as { room: string }).room}`);
  return { network, sync, sent, ...createSyncHooks(sync) };
}

function setUpConnected() {
  const all = setUp();
  all.sync.connect();
  all.network.socket.accept();
  /** Answers what a value is asked for with. */
  const open = (): Promise<void> =>
    act(async () => {
      all.network.socket.answer("joinRoom", JOINED);
      all.network.socket.answer("stateOpen", WHOLE);
    });
  const change = (from: number, ...patch: readonly Operation[]): Promise<void> =>
    act(async () => {
      all.network.socket.receive("state", { cb: "board/notes/v1", room: ROOM, pos: `p${from}`, from: `${from}`, to: `${from + 1}`, patch });
    });
  return { ...all, open, change };
}

const text = (id: string, value: string): Operation => ({ op: "replace", path: `/notes/${id}/text`, value });

describe("useSyncState", () => {
  test("follows the value from mount to unmount, and opens it once in spite of StrictMode", async () => {
    const { sent, open, change, useSyncState } = setUpConnected();
    function Page(): ReactNode {
      const { status, value, version } = useSyncState(BOARD);
      return [status, version, value?.notes["a"]?.text].join("|");
    }
    await dom.show(<Page />);
    expect(dom.container.textContent).toBe("loading||");
    await open();
    expect(dom.container.textContent).toBe("live|1|A");
    await change(1, text("a", "A!"));
    expect(dom.container.textContent).toBe("live|2|A!");
    await dom.show(null);
    expect(sent()).toEqual([`joinRoom ${ROOM}`, `stateOpen ${ROOM}`, `stateClose ${ROOM}`, `leaveRoom ${ROOM}`]);
  });

  test("is the same object, with the same parts, as long as nothing changed", async () => {
    const { open, change, useSyncState } = setUpConnected();
    const seen: ReturnType<typeof useSyncState<"board/notes", "v1">>[] = [];
    function Page(): ReactNode {
      const state = useSyncState({ ...BOARD });
      useEffect(() => void seen.push(state), [state]);
      return null;
    }
    await dom.show(<Page />);
    await open();
    const before = seen.at(-1);
    await dom.show(<Page />);
    expect(seen.at(-1)).toBe(before);
    await change(1, text("a", "A!"));
    const now = seen.at(-1);
    expect(now).not.toBe(before);
    expect(now?.value?.notes["b"]).toBe(before?.value?.notes["b"]);
    expect(now?.value?.order).toBe(before?.value?.order);
    expect(now?.act).toBe(before?.act);
  });

  test("renders those alone whose part has changed", async () => {
    const { open, change, useSyncState } = setUpConnected();
    const renders: string[] = [];
    const Note = memo(function Note({ id }: { id: string }): ReactNode {
      const note = useSyncState(BOARD, ({ notes }) => notes[id]);
      useEffect(() => void renders.push(`${id} ${note?.text}`));
      return note?.text ?? "none";
    });
    await dom.show([<Note key="a" id="a" />, <Note key="b" id="b" />]);
    expect(dom.container.textContent).toBe("nonenone");
    await open();
    renders.length = 0;
    await change(1, text("a", "A!"));
    await change(2, { op: "add", path: "/notes/c", value: { text: "C" } });
    expect(renders).toEqual(["a A!"]);
    await change(3, { op: "remove", path: "/notes/a" });
    expect(dom.container.textContent).toBe("noneB");
    expect(renders).toEqual(["a A!", "a undefined"]);
  });

  test("takes a part that is made anew each time for the same while it is equal", async () => {
    const { open, change, useSyncState } = setUpConnected();
    const seen: unknown[] = [];
    const Texts = (): ReactNode => {
      const texts = useSyncState(BOARD, ({ order, notes }) => order.map(id => ({ id, text: notes[id]?.text })));
      useEffect(() => void seen.push(texts), [texts]);
      return texts?.map(note => note.text).join(" ");
    };
    await dom.show(<Texts />);
    await open();
    seen.length = 0;
    await change(1, { op: "add", path: "/notes/c", value: { text: "C" } });
    expect(seen).toEqual([]);
    await change(2, text("b", "B!"));
    expect(dom.container.textContent).toBe("A B!");
    expect(seen).toHaveLength(1);
  });

  test("keeps the equal parts of a part when the component renders for another reason", async () => {
    const { open, change, useSyncState } = setUpConnected();
    const seen: unknown[] = [];
    function Page({ turn }: { turn: number }): ReactNode {
      // Another selector with each render, which makes all of it anew.
      const notes = useSyncState(BOARD, ({ notes }) => Object.entries(notes).map(([id, note]) => ({ id, text: note.text })));
      useEffect(() => void seen.push(notes?.[0]), [notes]);
      return `${turn} ${notes?.map((note) => note.text).join()}`;
    }
    await dom.show(<Page turn={1} />);
    await open();
    await dom.show(<Page turn={2} />);
    await change(1, text("b", "B!"));
    await dom.show(<Page turn={3} />);
    expect(dom.container.textContent).toBe("3 A,B!");
    expect(new Set(seen.filter((first) => first !== undefined)).size).toBe(1);
  });

  test("goes to another room, and is in none with null", async () => {
    const { sent, open, useSyncState } = setUpConnected();
    function Page({ room }: { room: `board-${number}` | null }): ReactNode {
      const { status, value } = useSyncState({ ...BOARD, room });
      return `${status} ${value?.order.length ?? 0}`;
    }
    await dom.show(<Page room={null} />);
    expect(dom.container.textContent).toBe("loading 0");
    expect(sent()).toEqual([]);
    await dom.show(<Page room={ROOM} />);
    await open();
    expect(dom.container.textContent).toBe("live 2");
    await dom.show(<Page room="board-2" />);
    expect(dom.container.textContent).toBe("loading 0");
    await dom.show(<Page room={null} />);
    expect(dom.container.textContent).toBe("loading 0");
    expect(sent()).toEqual([
      `joinRoom ${ROOM}`,
      `stateOpen ${ROOM}`,
      "joinRoom board-2",
      `stateClose ${ROOM}`,
      `leaveRoom ${ROOM}`,
      "leaveRoom board-2",
    ]);
  });

  test("is handed from one page to the next", async () => {
    const { sent, open, useSyncState } = setUpConnected();
    const Page = (): ReactNode => useSyncState(BOARD).status;
    const Part = (): ReactNode => useSyncState(BOARD, ({ order }) => order.length);
    await dom.show(<Page key="1" />);
    await open();
    await dom.show(<Part key="2" />);
    expect(dom.container.textContent).toBe("2");
    await dom.show(<Page key="3" />);
    expect(dom.container.textContent).toBe("live");
    expect(sent()).toEqual([`joinRoom ${ROOM}`, `stateOpen ${ROOM}`]);
  });

  test("shows why a value cannot be had", async () => {
    const { network, useSyncState } = setUpConnected();
    const Page = (): ReactNode => useSyncState(BOARD).error?.message ?? "fine";
    await dom.show(<Page />);
    const refusal = { status: "error", errorCode: "room-forbidden", errorParams: {}, message: "No entry.", httpStatus: 403 };
    await act(async () => network.socket.answer("joinRoom", refusal));
    expect(dom.container.textContent).toBe("No entry.");
  });
});

describe("act", () => {
  test("is one function for all renders, and uses the closure of the last", async () => {
    const { network, open, useSyncState } = setUpConnected();
    const acts = new Set<unknown>();
    let put = (): void => {};
    function Page({ mark }: { mark: string | null }): ReactNode {
      const optimistic = (board: Board): Board => ({ ...board, order: [...board.order, `${mark}`] });
      const { act: actNow, value, pending } = useSyncState({ ...BOARD, optimistic: mark === null ? undefined : optimistic });
      useEffect(() => void acts.add(actNow));
      put = () => void actNow({ put: { id: "c", text: "C" } });
      return `${value?.order.join(" ")} ${pending}`;
    }
    await dom.show(<Page mark="old" />);
    await open();
    await dom.show(<Page mark="new" />);
    await act(async () => put());
    expect(dom.container.textContent).toBe("a b new 1");
    expect(network.socket.sent.at(-1)?.payload).toMatchObject({ ...BOARD, action: { put: { id: "c", text: "C" } } });
    await act(async () => network.socket.answer("stateAct", { status: "error", errorCode: "counter-full", errorParams: {}, message: "", httpStatus: 409 }));
    expect(dom.container.textContent).toBe("a b 0");
    await dom.show(<Page mark={null} />);
    await act(async () => put());
    expect(dom.container.textContent, "nothing is shown at once any more").toBe("a b 1");
    expect(acts.size).toBe(1);
  });

  test("finds the closure of its own render in an effect of a child", async () => {
    const { open, useSyncState } = setUpConnected();
    const Child = ({ go }: { go: (() => void) | null }): ReactNode => {
      useEffect(() => void go?.(), [go !== null]);
      return null;
    };
    function Page({ mark }: { mark: string }): ReactNode {
      const optimistic = (board: Board): Board => ({ ...board, order: [mark] });
      const { act: actNow, value } = useSyncState({ ...BOARD, optimistic });
      return [<Child key="child" go={mark === "new" ? () => void actNow("clear") : null} />, value?.order.join(" ")];
    }
    await dom.show(<Page mark="old" />);
    await open();
    await dom.show(<Page mark="new" />);
    expect(dom.container.textContent).toBe("new");
  });

  test("may show a null, and shows nothing where a closure has forgotten to return", async () => {
    const { network, useSyncState } = setUpConnected();
    let tell = (_: string): void => {};
    function Page(): ReactNode {
      const optimistic = (_: string | null, action: { tell: string } | "forget"): string | null =>
        action === "forget" ? null : (undefined as unknown as string);
      const { act: actNow, value } = useSyncState({ name: "root/news", version: "v1", room: "news", optimistic });
      tell = said => void actNow(said === "" ? "forget" : { tell: said });
      return `${value}`;
    }
    await dom.show(<Page />);
    await act(async () => {
      network.socket.answer("joinRoom", { ...JOINED, rooms: ["news"] });
      network.socket.answer("stateOpen", { ...WHOLE, room: "news", view: "old" });
    });
    await act(async () => tell("new"));
    expect(dom.container.textContent).toBe("old");
    await act(async () => tell(""));
    expect(dom.container.textContent).toBe("null");
  });

  test("in no room answers that nothing was done", async () => {
    const { sync, useSyncState } = setUp();
    const answers: unknown[] = [];
    function Page(): ReactNode {
      const { act: actNow } = useSyncState({ ...BOARD, room: null });
      useEffect(() => void actNow("clear").then(answer => answers.push(answer)), [actNow]);
      return null;
    }
    await dom.show(<Page />);
    expect(answers[0]).toMatchObject({ status: "error", errorCode: "sync-cancelled" });
    expect(sync.status.getSnapshot().status).toBe("idle");
  });

  test("of a page that is gone is answered, and shown to nobody", async () => {
    const { network, sync, open, useSyncState } = setUpConnected();
    const warned = vi.spyOn(console, "error");
    let actNow = async (): Promise<unknown> => undefined;
    function Page(): ReactNode {
      const state = useSyncState({ ...BOARD, optimistic: board => ({ ...board, order: [] }) });
      actNow = () => state.act("clear");
      return null;
    }
    await dom.show(<Page />);
    await open();
    const answer = await act(async () => [actNow()] as const);
    await dom.show(null);
    network.socket.answer("stateAct", { status: "success", stateVersion: "2" });
    expect(await answer[0]).toEqual({ status: "success", stateVersion: "2" });
    sync.disconnect();
    expect(await actNow()).toMatchObject({ errorCode: "sync-disconnected" });
    expect(warned).not.toHaveBeenCalled();
  });
});

test("on the server nothing is followed", () => {
  const { network, useSyncState } = setUp();
  function Page(): ReactNode {
    const { status, value, pending } = useSyncState(BOARD);
    return [status, `${value}`, pending, `${useSyncState(BOARD, ({ order }) => order)}`].join(" ");
  }
  expect(renderToString(<Page />)).toBe("loading undefined 0 undefined");
  expect(network.sockets).toEqual([]);
});
