/**
 * socket.io for Node: `loop` filters and emits to each member in turn, `broadcast` emits to the room without a filter. With `SYNC_BUS`, the address
 * of a Redis, it is one of several servers.
 *
 * Prints where it listens and ends with its standard input.
 */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const POSITION = "A".repeat(22);
const PAUSE_EVERY = 100;
const PAUSE_MS = 1;
const AN_HOUR_MS = 3_600_000;

const deliver = { loop: emitToEach, broadcast: emitToRoom }[process.argv[2]];
const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  pingInterval: AN_HOUR_MS,
  pingTimeout: AN_HOUR_MS,
  adapter: await adapter(process.env.SYNC_BUS),
});

io.use((socket, next) => {
  socket.data.session = { userId: socket.handshake.auth.token, active: true };
  next();
});

io.on("connection", (socket) => {
  socket.on("joinRoom", ({ room }, answer) => {
    socket.join(room);
    answer({ status: "success" });
  });
  socket.on("sync", async ({ name, version, data, receiver }, answer) => {
    const serverOutput = handle(data);
    answer({ status: "success", result: serverOutput });
    const event = { cb: `${name}/${version}`, room: receiver, pos: POSITION, status: "success", serverOutput };
    await deliver(event, data, name === "bench/named" ? named : same);
  });
});

async function adapter(url) {
  if (url === undefined) return undefined;
  const redis = createClient({ url });
  await redis.connect();
  return createAdapter(redis);
}

function handle({ amount, pad }) {
  return { newValue: amount + 1, pad };
}

async function same(session) {
  return session.active ? {} : undefined;
}

async function named(session) {
  return session.active ? { userId: session.userId } : undefined;
}

async function emitToEach(event, input, filter) {
  let count = 0;
  for (const member of await io.in(event.room).fetchSockets()) {
    const clientOutput = await filter(member.data.session, input, event.serverOutput);
    if (clientOutput !== undefined) member.emit("sync", { ...event, clientOutput });
    count += 1;
    // So that other connections are served in the middle of a large room.
    if (count % PAUSE_EVERY === 0) await sleep(PAUSE_MS);
  }
}

async function emitToRoom(event) {
  io.to(event.room).emit("sync", { ...event, clientOutput: {} });
}

http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.on("end", () => process.exit()).resume();
