/**
 * The stock Socket.IO client against one server: counts what its members lose, get twice or get out of order.
 *
 * Reads `{port, tokens, transports}` from standard input. The first client connects by WebSocket and sends requests, a few at a time;
 * the others connect one after the other meanwhile, so that those that change from polling to WebSocket do so under load. A member
 * must get all requests that are sent after its `joinRoom` was acknowledged. Prints one line of JSON.
 */
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { io } from "socket.io-client";

const FIRST_AMOUNT = 100_000_000;
const IN_FLIGHT = 8;
/** Requests after the last member has joined. */
const MORE = 500;
const PATIENCE_MS = 10_000;

const { port, tokens, transports } = JSON.parse(await text(process.stdin));
const faults = { lost: 0, doubled: 0, reordered: 0, unanswered: 0 };
let sent = 0;
let end = Infinity;
let upgrades = 0;

const sender = await join(tokens[0], ["websocket"]);
const members = [sender];
const sending = Array.from({ length: IN_FLIGHT }, send);
for (const token of tokens.slice(1)) members.push(await join(token, transports));
end = sent + MORE;
await Promise.all(sending);
await settled();
for (const { from, seen } of members) {
  for (let number = Math.min(from, ...seen); number < sent; number += 1) if (!seen.has(number)) faults.lost += 1;
}
const deliveries = members.reduce((sum, { seen }) => sum + seen.size, 0);
console.log(JSON.stringify({ deliveries, upgrades, faults }));
process.exit();

async function join(token, transports) {
  const socket = io(`http://127.0.0.1:${port}`, { auth: { token }, transports, forceNew: true, reconnection: false });
  const member = { socket, seen: new Set(), last: -1, from: Infinity };
  socket.io.engine.on("upgrade", () => (upgrades += 1));
  socket.on("sync", ({ serverOutput }) => note(member, serverOutput.newValue - 1 - FIRST_AMOUNT));
  await socket.timeout(PATIENCE_MS).emitWithAck("joinRoom", { room: "bench-0000" });
  member.from = sent;
  return member;
}

async function send() {
  while (sent < end) {
    const data = { amount: FIRST_AMOUNT + sent++, pad: "" };
    const call = { name: "bench/equal", version: "v1", data, receiver: "bench-0000" };
    const answer = await sender.socket.timeout(PATIENCE_MS).emitWithAck("sync", call).catch(() => undefined);
    if (answer?.status !== "success") faults.unanswered += 1;
  }
}

function note(member, number) {
  if (member.seen.has(number)) faults.doubled += 1;
  else if (number < member.last) faults.reordered += 1;
  member.seen.add(number);
  member.last = Math.max(member.last, number);
}

/** Waits until everybody has the last request, or nothing has come for a while. */
async function settled() {
  let before = -1;
  let still = 0;
  while (still < 20 && members.some(({ last }) => last < sent - 1)) {
    const now = members.reduce((sum, { seen }) => sum + seen.size, 0);
    still = now === before ? still + 1 : 0;
    before = now;
    await sleep(100);
  }
}
