// @vitest-environment happy-dom
import { act, memo, Suspense, useEffect, useState, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { createSyncIn } from "../sync/createSync";
import { domForEachTest } from "../testing/dom";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { ApiTypeMap, ErrorCode, PresenceTypes, SyncTypeMap } from "../testing/routes";
import { createSyncHooks } from "./createSyncHooks";

const dom = domForEachTest();

function setUp() {
  const network = new FakeNetwork();
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap, PresenceTypes>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake },
    { lang: () => "en" },
  );
  return { network, sync, ...createSyncHooks(sync) };
}

function setUpConnected() {
  const all = setUp();
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

const ADD = { name: "examples/updateCounter", version: "v1" } as const;
const frame = (newValue: number): object => ({
  cb: "examples/updateCounter/v1",
  room: "a",
  pos: "p1",
  status: "success",
  serverOutput: { newValue },
  clientOutput: { mine: true },
});
const JOINED = { status: "success", rooms: ["a"], pos: "p1", recovered: false };

describe("useSyncEvents", () => {
  test("brings each event once to the closure of the last render, and none after unmount", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    function Counter({ label }: { label: string }): ReactNode {
      const [value, setValue] = useState(0);
      const { upsertSyncEventCallback } = useSyncEvents();
      upsertSyncEventCallback({
        ...ADD,
        callback: ({ serverOutput }) => {
          seen.push(`${label} ${value}`);
          setValue(serverOutput.newValue);
        },
      });
      return value;
    }
    await dom.show(<Counter label="first" />);
    await act(async () => network.socket.receive("sync", frame(5)));
    expect(dom.container.textContent).toBe("5");
    await dom.show(<Counter label="second" />);
    await act(async () => network.socket.receive("sync", frame(6)));
    await dom.show(null);
    network.socket.receive("sync", frame(7));
    expect(seen).toEqual(["first 0", "second 5"]);
  });

  test("works in effects, with and without their undo", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    function Effects({ label }: { label: string }): ReactNode {
      const { upsertSyncEventCallback } = useSyncEvents();
      useEffect(
        () => upsertSyncEventCallback({ ...ADD, callback: () => void seen.push(label) }),
        [upsertSyncEventCallback, label],
      );
      useEffect(() => {
        upsertSyncEventCallback({ ...ADD, version: "v2", callback: () => void seen.push(`${label} v2`) });
      }, [upsertSyncEventCallback, label]);
      return null;
    }
    const both = (): void => {
      network.socket.receive("sync", frame(1));
      network.socket.receive("sync", { ...frame(1), cb: "examples/updateCounter/v2" });
    };
    await dom.show(<Effects label="one" />);
    both();
    await dom.show(<Effects label="two" />);
    both();
    await dom.show(null);
    both();
    expect(seen).toEqual(["one", "one v2", "two", "two v2"]);
  });

  test("keeps two components apart, and calls them in the order mounted", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    function Listener({ label }: { label: string }): ReactNode {
      useSyncEvents().upsertSyncEventCallback({ ...ADD, callback: () => void seen.push(label) });
      return null;
    }
    await dom.show([<Listener key="a" label="a" />, <Listener key="b" label="b" />]);
    network.socket.receive("sync", frame(1));
    await dom.show([<Listener key="b" label="b" />]);
    network.socket.receive("sync", frame(2));
    expect(seen).toEqual(["a", "b", "b"]);
  });

  test("brings streams and errors to their own callbacks, and keeps the order of the first call", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: unknown[] = [];
    function Listener({ label }: { label: string }): ReactNode {
      useSyncEvents().upsertSyncEventCallback({
        ...ADD,
        callback: () => void seen.push(label),
        onStream: chunk => void seen.push("percent" in chunk ? chunk.percent : chunk.done),
        onError: ({ errorCode }) => void seen.push(errorCode),
      });
      return null;
    }
    const Stays = memo(Listener);
    await dom.show([<Listener key="a" label="a" />, <Stays key="b" label="b" />]);
    await dom.show([<Listener key="a" label="A" />, <Stays key="b" label="b" />]);
    network.socket.receive("sync", frame(1));
    await dom.show([<Listener key="a" label="A" />]);
    network.socket.receive("sync", { ...frame(1), status: "error", errorCode: "counter-full", errorParams: {}, message: "" });
    network.socket.receive("sync", { ...frame(1), status: "stream", stream: { percent: 3 } });
    expect(seen).toEqual(["A", "b", "counter-full", 3]);
  });

  test("keeps a callback that a memoising compiler does not ask for again", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    function Listener({ asks }: { asks: boolean }): ReactNode {
      const { upsertSyncEventCallback } = useSyncEvents();
      if (asks) upsertSyncEventCallback({ ...ADD, callback: () => void seen.push("called") });
      return null;
    }
    await dom.show(<Listener asks />);
    await dom.show(<Listener asks={false} />);
    network.socket.receive("sync", frame(1));
    expect(seen).toEqual(["called"]);
  });

  test("does not listen for a render that React threw away", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    const never = new Promise<never>(() => {});
    function Suspends(): ReactNode {
      useSyncEvents().upsertSyncEventCallback({ ...ADD, callback: () => void seen.push("called") });
      throw never;
    }
    await dom.show(
      <Suspense fallback="waiting">
        <Suspends />
      </Suspense>,
    );
    expect(dom.container.textContent).toBe("waiting");
    network.socket.receive("sync", frame(1));
    expect(seen).toEqual([]);
  });

  test("has an undo, also for a call in the body", async () => {
    const { network, useSyncEvents } = setUpConnected();
    const seen: string[] = [];
    let undo = (): void => {};
    let listenLater = (): void => {};
    function Listener(): ReactNode {
      const { upsertSyncEventCallback } = useSyncEvents();
      undo = upsertSyncEventCallback({ ...ADD, callback: () => void seen.push("body") });
      listenLater = () => void upsertSyncEventCallback({ ...ADD, callback: () => void seen.push("later") });
      return null;
    }
    await dom.show(<Listener />);
    undo();
    network.socket.receive("sync", frame(1));
    expect(seen).toEqual([]);
    listenLater();
    undo();
    network.socket.receive("sync", frame(2));
    expect(seen).toEqual(["later"]);
  });

  test("hands out the same function over all renders", async () => {
    const { useSyncEvents } = setUpConnected();
    const functions = new Set<unknown>();
    function Listener(): ReactNode {
      const { upsertSyncEventCallback } = useSyncEvents();
      useEffect(() => void functions.add(upsertSyncEventCallback));
      return null;
    }
    await dom.show(<Listener />);
    await dom.show(<Listener />);
    expect(functions.size).toBe(1);
  });
});

describe("useConnection", () => {
  test("connects, and shows each change", async () => {
    const { network, sync, useConnection } = setUp();
    const Status = (): ReactNode => useConnection().status.status;
    await dom.show(<Status />);
    expect(dom.container.textContent).toBe("connecting");
    await act(async () => network.socket.accept());
    expect(dom.container.textContent).toBe("connected");
    await act(async () => sync.disconnect());
    expect(dom.container.textContent).toBe("closed");
  });

  test("says whether calls go out, does what can be done, and is the same object until that changes", async () => {
    const { network, useConnection } = setUpConnected();
    const seen: ReturnType<typeof useConnection>[] = [];
    function Status(): ReactNode {
      const connection = useConnection();
      useEffect(() => void seen.push(connection));
      return `${connection.isOnline}`;
    }
    await dom.show(<Status />);
    await dom.show(<Status />);
    expect(new Set(seen).size).toBe(1);
    await act(async () => seen[0]?.disconnect());
    expect(dom.container.textContent).toBe("false");
    await act(async () => seen[0]?.connect());
    await act(async () => network.socket.accept());
    expect(dom.container.textContent).toBe("true");
  });
});

describe("useRoom", () => {
  test("joins on mount, once in spite of StrictMode, and leaves on unmount", async () => {
    const { network, useRoom } = setUpConnected();
    const Room = ({ room }: { room: string | null }): ReactNode => useRoom(room).status;
    await dom.show(<Room room="a" />);
    expect(dom.container.textContent).toBe("joining");
    await act(async () => network.socket.answer("joinRoom", JOINED));
    expect(dom.container.textContent).toBe("joined");
    await dom.show(null);
    expect(network.socket.events).toEqual(["joinRoom", "leaveRoom"]);
  });

  test("changes rooms, and is in none with null", async () => {
    const { network, useRoom } = setUpConnected();
    const Room = ({ room }: { room: string | null }): ReactNode => useRoom(room).status;
    await dom.show(<Room room="a" />);
    await dom.show(<Room room="b" />);
    await dom.show(<Room room={null} />);
    expect(dom.container.textContent).toBe("idle");
    expect(network.socket.sent.map(({ event, payload }) => `${event} ${JSON.stringify(payload)}`)).toEqual([
      'joinRoom {"room":"a"}',
      'joinRoom {"room":"b"}',
      'leaveRoom {"room":"a"}',
      'leaveRoom {"room":"b"}',
    ]);
  });

  test("is shared by components, and handed from one page to the next", async () => {
    const { network, useRoom } = setUpConnected();
    const Room = (): ReactNode => useRoom("a").status;
    await dom.show([<Room key="1" />, <Room key="2" />]);
    await act(async () => network.socket.answer("joinRoom", JOINED));
    await dom.show([<Room key="2" />]);
    await dom.show(<Room key="3" />);
    expect(dom.container.textContent).toBe("joined");
    expect(network.socket.events).toEqual(["joinRoom"]);
  });

  test("shows why a room is closed", async () => {
    const { network, useRoom } = setUpConnected();
    function Room(): ReactNode {
      const room = useRoom("a");
      return room.status === "error" ? room.error.message : room.status;
    }
    await dom.show(<Room />);
    const refusal = { status: "error", errorCode: "room-forbidden", errorParams: {}, message: "No entry.", httpStatus: 403 };
    await act(async () => network.socket.answer("joinRoom", refusal));
    expect(dom.container.textContent).toBe("No entry.");
  });
});

describe("usePresence", () => {
  const ADA = { id: "1", user: { userId: "ada", name: "Ada" }, away: false, data: { text: "here", color: null } };
  const BOB = { id: "2", user: { userId: "bob", name: "Bob" }, away: true, data: null };
  const WITH = { ...JOINED, presence: { me: "1", people: [ADA, BOB], more: 0 } };

  test("is in the room from mount to unmount, and shows who is there", async () => {
    const { network, usePresence } = setUpConnected();
    function Room({ room }: { room: `chat-${number}` | null }): ReactNode {
      const { people, others, me, status, isCurrent } = usePresence(room);
      const mine = people.find(({ id }) => id === me)?.data?.text;
      return [status.status, mine, others.map(({ user, away }) => `${user.name} ${away}`), isCurrent].join("|");
    }
    await dom.show(<Room room="chat-1" />);
    expect(dom.container.textContent).toBe("joining|||false");
    await act(async () => network.socket.answer("joinRoom", WITH));
    expect(dom.container.textContent).toBe("joined|here|Bob true|true");
    await act(async () => network.socket.receive("presence", { room: "chat-1", changes: [{ kind: "back", ...BOB, away: false }] }));
    expect(dom.container.textContent).toBe("joined|here|Bob false|true");
    await dom.show(<Room room={null} />);
    expect(dom.container.textContent).toBe("idle|||false");
    await dom.show(null);
    expect(network.socket.sent.map(({ event, payload }) => `${event} ${JSON.stringify(payload)}`)).toEqual([
      'joinRoom {"room":"chat-1","presence":true}',
      'leaveRoom {"room":"chat-1"}',
    ]);
  });

  test("says something of ourselves, and is the same object until something changes", async () => {
    const { network, usePresence } = setUpConnected();
    const seen: ReturnType<typeof usePresence>[] = [];
    function Room(): ReactNode {
      const presence = usePresence("chat-1");
      useEffect(() => void seen.push(presence));
      return null;
    }
    await dom.show(<Room />);
    await act(async () => network.socket.answer("joinRoom", WITH));
    const joined = seen.at(-1);
    await dom.show(<Room />);
    expect(seen.at(-1)).toBe(joined);
    const answer = joined?.set({ text: "lunch" });
    expect(network.socket.sent.at(-1)?.payload).toEqual({ room: "chat-1", data: { text: "lunch" } });
    network.socket.answer("updatePresence", { status: "success" });
    expect(await answer).toEqual({ status: "success" });
    expect(new Set(seen.map(({ set }) => set)).size).toBe(1);
  });
});

test("on the server nothing connects and nothing is joined", () => {
  const { network, sync, useConnection, usePresence, useRoom, useSyncEvents } = setUp();
  function Page(): ReactNode {
    useSyncEvents().upsertSyncEventCallback({ ...ADD, callback: () => {} });
    return [useConnection().status.status, useRoom("a").status, useRoom(null).status, usePresence("chat-1").status.status].join(" ");
  }
  expect(renderToString(<Page />)).toBe("idle joining idle joining");
  expect(network.sockets).toHaveLength(0);
  expect(sync.roomStatus("a")).toEqual({ status: "idle" });
});

test("useOfflineCalls shows what waits, and how it goes on", async () => {
  const { network, sync, useOfflineCalls } = setUpConnected();
  const Waiting = (): ReactNode => useOfflineCalls().map(({ status }) => status).join(" ");
  await dom.show(<Waiting />);
  await act(async () => network.socket.lose());
  await act(async () => void sync.syncRequest({ ...ADD, data: { amount: 1 }, receiver: "room" }));
  expect(dom.container.textContent).toBe("queued");
  await act(async () => void sync.reconnect());
  await act(async () => network.socket.accept());
  expect(dom.container.textContent).toBe("sent");
  await act(async () => network.socket.answer("sync", { status: "success", result: { newValue: 1 } }));
  expect(dom.container.textContent).toBe("accepted");
  expect(renderToString(<Waiting />)).toBe("");
});
