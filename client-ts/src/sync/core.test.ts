import { describe, expect, test } from "vitest";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import { Core } from "./core";
import type { Part, PartTools } from "./part";
import { clientParts } from "./parts";
import type { SyncProblem } from "./problems";

/** A part that nobody has heard of: it notes down all that there is to hear. */
function nosyPart(name: string, heard: string[]): Part {
  return {
    started: () => void heard.push(`${name} started`),
    opened: () => void heard.push(`${name} opened`),
    lost: () => void heard.push(`${name} lost`),
    stopped: failure => void heard.push(`${name} stopped: ${failure.errorCode}`),
    receives: {
      sync: frame => void heard.push(`${name} sync ${frame.cb} in ${frame.room}`),
      closing: ({ reason }) => void heard.push(`${name} closing: ${reason}`),
    },
  };
}

/** A client with the parts of every client and those of `plant` around them. */
function setUp(plant: (tools: PartTools, heard: string[]) => { first?: Part; last?: Part }) {
  const network = new FakeNetwork();
  const heard: string[] = [];
  const problems: SyncProblem[] = [];
  const core = new Core(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake, random: () => 0 },
    { lang: () => "en", onProblem: problem => void problems.push(problem) },
    tools => {
      const { first = {}, last = {} } = plant(tools, heard);
      return { first, ...clientParts(tools), last };
    },
  );
  return { core, network, heard, problems };
}

const FRAME = { cb: "examples/updateCounter/v1", room: "a", pos: "p1", status: "success", serverOutput: {}, clientOutput: {} };

describe("a part", () => {
  test("hears all that happens to the connection and all that the server sends", () => {
    const { core, network, heard } = setUp((_, heard) => ({ last: nosyPart("planted", heard) }));
    core.connection.connect();
    network.socket.accept();
    network.socket.receive("sync", FRAME);
    network.socket.receive("closing", { reason: "send-queue-full" });
    network.socket.lose();
    core.connection.disconnect();
    core.connection.connect();
    network.socket.refuse("auth-required");
    expect(heard).toEqual([
      "planted started",
      "planted opened",
      "planted sync examples/updateCounter/v1 in a",
      "planted closing: send-queue-full",
      "planted lost",
      "planted stopped: sync-disconnected",
      "planted started",
      "planted stopped: auth-required",
    ]);
  });

  test("hears in its turn, and of a loss in the opposite one", () => {
    const { core, network, heard } = setUp((_, heard) => ({ first: nosyPart("first", heard), last: nosyPart("last", heard) }));
    core.connection.connect();
    network.socket.accept();
    network.socket.receive("sync", FRAME);
    network.socket.lose();
    core.connection.disconnect();
    expect(heard.map(what => /^\w+ \w+/.exec(what)?.[0])).toEqual([
      "first started",
      "last started",
      "first opened",
      "last opened",
      "first sync",
      "last sync",
      "last lost",
      "first lost",
      "first stopped",
      "last stopped",
    ]);
  });

  test("that comes before the others sends before them", () => {
    const { core, network } = setUp(({ connection }) => ({
      first: { opened: () => void connection.emit("hello", {}, () => {}) },
    }));
    core.use();
    void core.parts.rooms.join("a", core.limits());
    network.socket.accept();
    expect(network.socket.events).toEqual(["hello", "joinRoom"]);
  });

  test("is not told what cannot be read, which is reported once for all, nor what a newer server sends", () => {
    const { core, network, heard, problems } = setUp((_, heard) => ({ last: nosyPart("planted", heard) }));
    core.connection.connect();
    network.socket.accept();
    heard.length = 0;
    network.socket.receive("sync", { ...FRAME, pos: 1 });
    network.socket.receive("closing", null);
    for (const event of ["gap", "toString", "__proto__"]) network.socket.receive(event, FRAME);
    expect(heard).toEqual([]);
    expect(problems).toMatchObject([
      { kind: "unreadable-message", event: "sync", problem: "`pos` is not a string" },
      { kind: "unreadable-message", event: "closing" },
    ]);
  });
});
