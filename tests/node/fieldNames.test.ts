/** Fields called like what every object has: what is written arrives, through our own client package. */
import { createSync } from "syncwright";
import { expect, it } from "vitest";
import { setStage } from "./stage.ts";

const stage = setStage({ app: "testApp" });

interface Routes {
  odd: {
    words: {
      v1: {
        clientInput: {
          constructor?: number | null | Object["constructor"];
          toString?: string | null | Object["toString"];
          valueOf?: boolean | Object["valueOf"];
        };
        serverOutput: { words: { constructor: number | null; toString: string | null; valueOf: boolean }; __proto__: number };
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
      };
    };
  };
}

it("leaves out what was left out, and carries what was given", async () => {
  const client = createSync<Routes, string>({ url: stage.server.url });
  const room = stage.room("open");
  await client.joinRoom(room);
  const say = async (data: Routes["odd"]["words"]["v1"]["clientInput"]) => {
    const heard = new Promise((resolve) => {
      const undo = client.upsertSyncEventCallback({
        name: "odd/words",
        version: "v1",
        callback: ({ serverOutput }) => {
          undo();
          resolve(serverOutput);
        },
      });
    });
    const answer = await client.syncRequest({ name: "odd/words", version: "v1", data, receiver: room });
    if (answer.status === "error") throw new Error(answer.message);
    return { answered: JSON.stringify(answer.result), proto: answer.result.__proto__, heard: JSON.stringify(await heard) };
  };
  for (const [data, words] of [
    [{}, '{"constructor":null,"toString":null,"valueOf":false}'],
    [{ constructor: 1, toString: "two", valueOf: true }, '{"constructor":1,"toString":"two","valueOf":true}'],
  ] as const) {
    const text = `{"words":${words},"__proto__":5}`;
    expect(await say(data)).toEqual({ answered: text, proto: 5, heard: text });
  }
  client.disconnect();
});
