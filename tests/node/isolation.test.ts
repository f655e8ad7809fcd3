import { describe, expect, it } from "vitest";
import { framesToMark, mark } from "./marks.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

describe("a handler that panics", () => {
  it("answers its caller, and everything else goes on", async () => {
    const room = stage.room();
    const [ada, bob] = await stage.people("Ada", "Bob");
    for (const peer of [ada, bob]) await peer.join(room);
    for (let time = 0; time < 3; time += 1) {
      expect(await ada.sync("examples/fail/v1", room, { kind: "panic" })).toEqual({
        status: "error",
        errorCode: "sync-server-failed",
        errorParams: {},
        message: "Something went wrong on our side.",
        httpStatus: 500,
      });
    }
    await mark(ada, room);
    for (const peer of [ada, bob]) expect(await framesToMark(peer)).toEqual([]);
    expect((await stage.fetch("/readyz")).status).toBe(200);
    expect(stage.server.log).toMatch(/panicked.*examples\/fail\/v1|examples\/fail\/v1.*panicked/);
  });

  it("does not hold up or lose the calls behind it", async () => {
    const room = stage.room();
    const ada = await stage.person("Ada");
    await (await ada.show("/examples")).join(room);
    const answers = await Promise.all([
      ada.sync("examples/updateCounter/v1", room, { amount: 1 }),
      ada.sync("examples/fail/v1", room, { kind: "panic" }),
      ada.sync("examples/updateCounter/v1", room, { amount: 1 }),
      ada.sync("examples/fail/v1", room, { kind: "slow" }),
      ada.sync("examples/updateCounter/v1", room, { amount: 1 }),
    ]);
    expect(answers.map(({ result, errorCode }) => result ?? errorCode)).toEqual([
      { newValue: 1 },
      "sync-server-failed",
      { newValue: 2 },
      "sync-timeout",
      { newValue: 3 },
    ]);
  });
});

describe("a filter that fails", () => {
  it.each([
    ["filterPanic", "sync-client-failed", ["This event could not be prepared for you.", "Deze", "Dieses", "Cet"]],
    ["filterError", "example-filtered", ["This event is not meant for you.", "Deze", "Dieses", "Cet"]],
  ])("by %s gives each member an error frame in its language, and the caller its success", async (kind, errorCode, sentences) => {
    const room = stage.room();
    const ada = await stage.person("Ada", { lang: "en" });
    const others = [
      await stage.person("Bob", { lang: "nl" }),
      await stage.person("Cem", { lang: "de" }),
      await stage.person("Dee", { lang: "fr" }),
    ];
    for (const peer of [ada, ...others]) await peer.join(room);
    expect(await ada.sync("examples/fail/v1", room, { kind })).toEqual({ status: "success", result: {} });
    await mark(ada, room);
    const heard = await Promise.all([ada, ...others].map(framesToMark));
    const positions = new Set(heard.map(([frame]) => frame?.pos));
    expect(positions.size).toBe(1);
    heard.forEach((frames, index) => {
      const begin = sentences[index] ?? "";
      expect(frames).toEqual([
        {
          cb: "examples/fail/v1",
          room,
          pos: expect.any(String),
          status: "error",
          errorCode,
          errorParams: {},
          message: expect.stringMatching(new RegExp(`^${begin}`)),
        },
      ]);
    });
  });

  it("over HTTP, too, leaves the caller its success", async () => {
    const room = stage.room();
    const token = await stage.signIn("Ada");
    const ada = await stage.guest({ token });
    await ada.join(room);
    const answer = await stage.fetch("/sync/examples/fail/v1", {
      headers: { Authorization: `Bearer ${token}` },
      body: { data: { kind: "filterPanic" }, receiver: room },
    });
    expect([answer.status, await answer.json()]).toEqual([200, { status: "success", result: {} }]);
    expect(await ada.frame()).toMatchObject({ status: "error", errorCode: "sync-client-failed" });
  });
});

describe("a client that vanishes in the middle", () => {
  it("touches nobody else", async () => {
    const room = stage.room();
    const ada = await stage.person("Ada");
    await ada.join(room);
    for (let time = 0; time < 5; time += 1) {
      const gone = await stage.person(`Gone ${time}`);
      await gone.join(room);
      gone.socket.emit("sync", { name: "examples/fail", version: "v1", receiver: room, data: { kind: "slow" } });
      gone.socket.io.engine.close();
    }
    await mark(ada, room);
    expect(await framesToMark(ada)).toEqual([]);
  });
});
