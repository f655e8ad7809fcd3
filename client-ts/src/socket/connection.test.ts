import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BY_WEBSOCKET, FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { Connection, type ConnectionEvents } from "./connection";
import type { ConnectionStatus } from "./status";

const CONNECTED: ConnectionStatus = { status: "connected", ...BY_WEBSOCKET };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection over a fake network; `random` answers 0.5, so that the wait is half of its bound. */
function setUp(openSocket?: () => never, onLost?: (connection: Connection) => void) {
  const network = new FakeNetwork();
  const wakes = new FakeWakes();
  const heard: string[] = [];
  const events: ConnectionEvents = {
    started: () => {},
    opened: () => void heard.push("opened"),
    lost: () => {
      heard.push("lost");
      onLost?.(connection);
    },
    stopped: () => void heard.push("stopped"),
    unable: error => void heard.push(`unable: ${String(error)}`),
    received: (event, message) => void heard.push(`${event} ${JSON.stringify(message)}`),
  };
  const connection: Connection = new Connection({
    openSocket: openSocket ?? network.openSocket,
    onWake: wakes.onWake,
    backoff: { baseMs: 500, capMs: 10_000 },
    random: () => 0.5,
    describe: () => ({ message: "No.", httpStatus: 401 }),
    events,
  });
  const statuses: ConnectionStatus[] = [];
  connection.subscribe(() => void statuses.push(connection.getSnapshot()));
  return { connection, network, wakes, heard, statuses };
}

function setUpConnected() {
  const all = setUp();
  all.connection.connect();
  all.network.socket.accept();
  all.statuses.length = 0;
  all.heard.length = 0;
  return all;
}

describe("connecting", () => {
  test("goes from idle over connecting to connected, and tells the owner before anybody else", () => {
    const { connection, network, statuses, heard } = setUp();
    expect(connection.getSnapshot()).toEqual({ status: "idle" });
    connection.subscribe(() => void heard.push(connection.getSnapshot().status));
    connection.connect();
    connection.connect();
    network.socket.accept();
    expect(network.sockets).toHaveLength(1);
    expect(statuses).toEqual([{ status: "connecting", attempt: 1 }, CONNECTED]);
    expect(heard).toEqual(["connecting", "opened", "connected"]);
  });

  test("waits longer after each failure, up to the cap", () => {
    const { connection, network } = setUp();
    connection.connect();
    for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      const before = network.sockets.length;
      network.socket.fail();
      vi.advanceTimersByTime(waitMs - 1);
      expect(network.sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(network.sockets).toHaveLength(before + 1);
    }
    expect(connection.getSnapshot()).toEqual({ status: "connecting", attempt: 8 });
  });

  test("tries again when no socket can even be made", () => {
    let tries = 0;
    const { connection, heard } = setUp(() => {
      throw new Error(`no token ${(tries += 1)}`);
    });
    connection.connect();
    vi.advanceTimersByTime(250);
    expect(heard).toEqual(["unable: Error: no token 1", "unable: Error: no token 2"]);
    expect(connection.getSnapshot()).toEqual({ status: "connecting", attempt: 3 });
  });

  test("hands out the same snapshot until something changes", () => {
    const { connection, network } = setUp();
    connection.connect();
    network.socket.fail();
    const waiting = connection.getSnapshot();
    vi.advanceTimersByTime(250);
    expect(connection.getSnapshot()).toBe(waiting);
  });
});

describe("the way of the messages", () => {
  const byPolling = { transport: "polling", isWebSocketFailing: true } as const;

  test("is told while there is a connection", () => {
    const { connection, network, statuses } = setUp();
    connection.connect();
    network.socket.accept(byPolling);
    network.socket.move(BY_WEBSOCKET);
    network.socket.move(BY_WEBSOCKET);
    expect(statuses.slice(1)).toEqual([{ status: "connected", ...byPolling }, CONNECTED]);
  });
});

describe("losing the connection", () => {
  test("tells the owner, waits, and connects again", () => {
    const { connection, network, statuses, heard } = setUpConnected();
    network.socket.lose();
    expect(heard).toEqual(["lost"]);
    expect(connection.emit("sync", {}, () => {})).toBe(false);
    vi.advanceTimersByTime(250);
    network.socket.accept();
    expect(statuses).toEqual([{ status: "reconnecting", attempt: 1 }, CONNECTED]);
    expect(heard).toEqual(["lost", "opened"]);
  });

  test("does not ask ever faster a server that accepts and drops", () => {
    const { network } = setUpConnected();
    for (const waitMs of [250, 500, 1_000]) {
      network.socket.lose();
      vi.advanceTimersByTime(waitMs - 1);
      const before = network.sockets.length;
      vi.advanceTimersByTime(1);
      expect(network.sockets).toHaveLength(before + 1);
      network.socket.accept();
    }
  });

  test("forgets old failures once a connection has lasted", () => {
    const { network } = setUpConnected();
    network.socket.lose();
    vi.advanceTimersByTime(250);
    network.socket.accept();
    vi.advanceTimersByTime(10_000);
    network.socket.lose();
    vi.advanceTimersByTime(250);
    expect(network.sockets).toHaveLength(3);
  });
});

describe("a server that ends the connection", () => {
  test("says when it would like to see us again, once, and is not believed beyond a minute", () => {
    for (const [asked, pause] of [[1_250, 1_250], [3_600_000, 60_000]] as const) {
      const { connection, network } = setUpConnected();
      connection.endsFor("server-stopping", asked);
      network.socket.lose();
      vi.advanceTimersByTime(pause - 1);
      expect(network.sockets).toHaveLength(1);
      vi.advanceTimersByTime(1);
      expect(network.sockets).toHaveLength(2);
      network.socket.fail();
      vi.advanceTimersByTime(500);
      expect(network.sockets, "from then on as ever").toHaveLength(3);
    }
  });

  test("is quoted until there is a connection again, however often that is tried", () => {
    const { connection, network, statuses } = setUpConnected();
    connection.endsFor("send-queue-full");
    expect(connection.getSnapshot()).toMatchObject({ status: "connected" });
    network.socket.lose();
    vi.advanceTimersByTime(250);
    network.socket.fail();
    vi.advanceTimersByTime(500);
    network.socket.accept();
    network.socket.lose();
    const closing = "send-queue-full";
    expect(statuses).toMatchObject([
      { status: "reconnecting", attempt: 1, closing },
      { status: "reconnecting", attempt: 2, closing },
      { status: "connected" },
      { status: "reconnecting", attempt: 1 },
    ]);
    expect(statuses.map(status => "closing" in status)).toEqual([true, true, false, false]);
  });

  test("is quoted beside its refusal to take us back", () => {
    const { connection, network } = setUpConnected();
    connection.endsFor("session-ended");
    network.socket.lose();
    vi.advanceTimersByTime(250);
    network.socket.refuse("auth-required");
    expect(connection.getSnapshot()).toMatchObject({ status: "refused", errorCode: "auth-required", closing: "session-ended" });
    connection.connect();
    expect(connection.getSnapshot()).toEqual({ status: "connecting", attempt: 1, closing: "session-ended" });
  });

  test("says that a session was replaced, and a token that has ended is not tried again", () => {
    const { connection, network } = setUpConnected();
    connection.endsFor("session-replaced");
    network.socket.lose();
    vi.advanceTimersByTime(250);
    const sockets = network.sockets.length;
    network.socket.refuse("auth-required");
    expect(connection.getSnapshot()).toMatchObject({ status: "refused", errorCode: "auth-required", closing: "session-replaced" });
    vi.advanceTimersByTime(3_600_000);
    expect(network.sockets).toHaveLength(sockets);
  });

  test("is not quoted once the app itself has disconnected", () => {
    const { connection, network } = setUpConnected();
    connection.endsFor("write-timeout");
    network.socket.lose();
    connection.disconnect();
    connection.connect();
    expect(connection.getSnapshot()).toEqual({ status: "connecting", attempt: 1 });
  });
});

describe("waking", () => {
  test("ends the wait at once", () => {
    const { network, wakes } = setUpConnected();
    network.socket.lose();
    wakes.wake();
    wakes.wake();
    expect(network.sockets).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    expect(network.sockets).toHaveLength(2);
  });

  test("leaves a living connection alone", () => {
    const { network, wakes } = setUpConnected();
    wakes.wake();
    expect(network.sockets).toHaveLength(1);
  });

  test("replaces a connection that died unnoticed", () => {
    const { network, wakes, heard } = setUpConnected();
    network.socket.stale = true;
    wakes.wake();
    expect(network.sockets.map(socket => socket.isClosed)).toEqual([true, false]);
    expect(heard).toEqual(["lost"]);
  });

  test("replaces an attempt that hangs, but not one that has only begun", () => {
    const { connection, network, wakes, heard } = setUp();
    connection.connect();
    vi.advanceTimersByTime(1_999);
    wakes.wake();
    expect(network.sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    wakes.wake();
    wakes.wake();
    expect(network.sockets.map(socket => socket.isClosed)).toEqual([true, false]);
    network.socket.accept();
    expect(connection.getSnapshot().status).toBe("connected");
    expect(heard).toEqual(["opened"]);
  });

  test.each([
    ["a connection", (network: FakeNetwork) => network.socket.accept(), ["opened", "lost"]],
    ["an attempt", () => {}, []],
    ["a wait", (network: FakeNetwork) => network.socket.fail(), []],
  ])("gives a page that was put aside in the middle of %s another socket, and not before", (_, happen, told) => {
    const { connection, network, wakes, heard } = setUp();
    connection.connect();
    happen(network);
    wakes.rest();
    vi.advanceTimersByTime(600_000);
    expect(network.sockets).toHaveLength(1);
    expect(["connecting", "reconnecting"]).toContain(connection.getSnapshot().status);
    wakes.wake();
    wakes.wake();
    expect(network.sockets).toHaveLength(2);
    expect(heard).toEqual(told);
    network.socket.accept();
    expect(connection.getSnapshot()).toEqual(CONNECTED);
  });

  test("is no matter of whoever disconnects when the page is put aside", () => {
    const { connection, network, wakes } = setUp(undefined, lost => lost.disconnect());
    connection.connect();
    network.socket.accept();
    wakes.rest();
    wakes.wake();
    expect(connection.getSnapshot()).toEqual({ status: "closed" });
    expect(network.sockets).toHaveLength(1);
  });

  test("is listened for only while there is something to wake", () => {
    const { connection, wakes, network } = setUp();
    expect(wakes.size).toBe(0);
    connection.connect();
    connection.reconnect();
    expect(wakes.size).toBe(1);
    network.socket.refuse("auth-required");
    expect(wakes.size).toBe(0);
    connection.connect();
    connection.disconnect();
    expect(wakes.size).toBe(0);
  });
});

describe("a refusal", () => {
  test("is shown, and nothing is tried by itself", () => {
    const { connection, network, heard } = setUp();
    connection.connect();
    network.socket.refuse("auth-required");
    expect(connection.getSnapshot()).toEqual({
      status: "refused",
      errorCode: "auth-required",
      message: "No.",
      httpStatus: 401,
    });
    expect(heard).toEqual(["stopped"]);
    vi.advanceTimersByTime(600_000);
    expect(network.sockets).toHaveLength(1);
  });

  test("ends with the next credentials", () => {
    const { connection, network, statuses } = setUp();
    connection.connect();
    network.socket.refuse("auth-required");
    connection.reconnect();
    network.socket.accept();
    expect(statuses.map(({ status }) => status)).toEqual(["connecting", "refused", "connecting", "connected"]);
  });
});

describe("reconnect and disconnect", () => {
  test("reconnect drops the socket and opens another at once", () => {
    const { connection, network, statuses, heard } = setUpConnected();
    connection.reconnect();
    expect(network.sockets.map(socket => socket.isClosed)).toEqual([true, false]);
    expect(heard).toEqual(["lost"]);
    network.socket.accept();
    expect(statuses).toEqual([{ status: "reconnecting", attempt: 1 }, CONNECTED]);
  });

  test("reconnect while waiting or connecting leaves one socket", () => {
    const { connection, network } = setUp();
    connection.connect();
    connection.reconnect();
    network.socket.fail();
    connection.reconnect();
    vi.advanceTimersByTime(60_000);
    expect(network.sockets.map(socket => socket.isClosed)).toEqual([true, false, false]);
  });

  test("disconnect stays disconnected until connect", () => {
    const { connection, network, heard } = setUpConnected();
    connection.disconnect();
    connection.disconnect();
    vi.advanceTimersByTime(600_000);
    expect(connection.getSnapshot()).toEqual({ status: "closed" });
    expect(heard).toEqual(["lost", "stopped"]);
    connection.connect();
    network.socket.accept();
    expect(connection.getSnapshot().status).toBe("connected");
  });

  test("disconnect while waiting cancels the wait", () => {
    const { connection, network } = setUpConnected();
    network.socket.lose();
    connection.disconnect();
    vi.advanceTimersByTime(600_000);
    expect(network.sockets).toHaveLength(1);
  });

  test.each([
    ["disconnects", (connection: Connection) => connection.disconnect(), "closed", 1],
    ["connects anew", (connection: Connection) => connection.reconnect(), "reconnecting", 2],
  ])("an owner that %s when it hears of a loss has the last word", (_, act, status, sockets) => {
    const { connection, network } = setUp(undefined, act);
    connection.connect();
    network.socket.accept();
    network.socket.lose();
    vi.advanceTimersByTime(60_000);
    expect(connection.getSnapshot().status).toBe(status);
    expect(network.sockets).toHaveLength(sockets);
  });

  test("a listener that disconnects during a change has the last word", () => {
    const { connection, network } = setUp();
    connection.subscribe(() => {
      if (connection.getSnapshot().status === "connecting") connection.disconnect();
    });
    connection.connect();
    expect(network.sockets).toHaveLength(0);
    expect(connection.getSnapshot()).toEqual({ status: "closed" });
  });
});
