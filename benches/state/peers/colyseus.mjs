/**
 * Colyseus: a room whose state is a schema. A patch is sent after each action and not twenty times a second, as it would be otherwise.
 *
 * Prints where it listens, with a seat for each member, and ends with its standard input.
 */
import { createServer } from "node:http";

import { Room, Server, matchMaker } from "@colyseus/core";
import { Encoder, MapSchema, schema } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";

import { cards } from "./cards.mjs";

const AN_HOUR_S = 3600;
const [kilobytes, members] = process.argv.slice(2).map(Number);
Encoder.BUFFER_SIZE = 4 * 1024 * 1024;

const Card = schema({ title: "string", text: "string", x: "uint32", y: "uint32", done: "boolean" });
const State = schema({ cards: { map: Card } });

class Board extends Room {
  patchRate = null;
  seatReservationTimeout = AN_HOUR_S;
  state = new State();

  onCreate() {
    const all = cards(kilobytes).map(([id, card]) => [id, new Card().assign(card)]);
    this.state.cards = new MapSchema(Object.fromEntries(all));
    this.onMessage("move", (_client, { id, x }) => {
      this.state.cards.get(id).x = x;
      this.broadcastPatch();
    });
  }
}

const http = createServer();
const transport = new WebSocketTransport({ server: http, pingInterval: 0 });
const server = new Server({ transport, greet: false, gracefullyShutdown: false });
server.define("board", Board);
await server.listen(0, "127.0.0.1");
const paths = [];
for (let member = 0; member < members; member += 1) {
  const { sessionId, roomId, processId } = await matchMaker.joinOrCreate("board", {});
  paths.push(`/${processId}/${roomId}?sessionId=${sessionId}`);
}
console.log(JSON.stringify({ port: http.address().port, paths }));
process.stdin.on("end", () => process.exit()).resume();
