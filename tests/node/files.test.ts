import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { afterEach, expect, it } from "vitest";
import { type AppServer, startAppServer } from "./appServer.ts";
import { Peer } from "./peer.ts";

let server: AppServer;
const silent: net.Socket[] = [];
afterEach(async () => {
  for (const socket of silent.splice(0)) socket.destroy();
  await server.stop();
});

/** Connects and says `said`, and nothing more. */
async function sayNoMore(said: string): Promise<void> {
  const socket = net.connect(server.port, "127.0.0.1").on("error", () => {});
  silent.push(socket);
  await once(socket, "connect");
  socket.write(said);
}

/** Asks on a connection of its own. */
async function health(): Promise<number | undefined> {
  const asked = http.get(`${server.url}/healthz`, { agent: false, timeout: 5_000 });
  const [answer] = (await once(asked, "response")) as [http.IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

it("a server that runs out of files answers for its health, keeps its sockets, and says so once", async () => {
  server = await startAppServer({ app: "testApp", files: 64 });
  const member = new Peer(server.url, { transports: ["websocket"] });
  await (await member.connected()).join("open-a");
  for (let count = 0; count < 200; count += 1) {
    await sayNoMore(["", "GET /healthz HTTP/1.1\r\nhost", "POST /sync/a/b/v1 HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{"][count % 3] ?? "");
    if (count % 20 === 19) expect(await health()).toBe(200);
  }
  expect(await member.call("joinedRooms", {})).toEqual({ status: "success", rooms: ["open-a"] });
  expect(server.log.match(/cannot be accepted/g)?.length ?? 0).toBeLessThanOrEqual(1);
  member.close();
});

it("the places that are kept for the server's health are taken by no socket", async () => {
  server = await startAppServer({ app: "testApp", files: 64 });
  const members: Peer[] = [];
  for (let count = 0; count < 45; count += 1) {
    // One that says nothing goes to make room: its place is no better than it was.
    await sayNoMore("");
    const peer = new Peer(server.url, { transports: ["websocket"] });
    const isIn = await peer.connected().then(
      () => true,
      () => false,
    );
    if (isIn) members.push(peer);
    else peer.close();
    if (count % 5 === 4) expect(await health()).toBe(200);
  }
  expect(members.length).toBeLessThanOrEqual(32);
  for (const member of members) expect(await member.call("joinedRooms", {})).toEqual({ status: "success", rooms: [] });
  for (const member of members) member.close();
});
