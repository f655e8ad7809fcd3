/**
 * ws for Node: after each action, everybody gets the whole value as JSON.
 *
 * Prints where it listens and ends with its standard input.
 */
import { WebSocketServer } from "ws";

import { cards } from "./cards.mjs";

const [kilobytes, members] = process.argv.slice(2).map(Number);
const value = { cards: Object.fromEntries(cards(kilobytes)) };
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });

server.on("connection", (socket) => {
  socket.send(JSON.stringify(value));
  socket.on("message", (message) => {
    const { id, x } = JSON.parse(message);
    value.cards[id].x = x;
    const whole = JSON.stringify(value);
    for (const member of server.clients) member.send(whole);
  });
});

server.on("listening", () => {
  console.log(JSON.stringify({ port: server.address().port, paths: Array(members).fill("/") }));
});
process.stdin.on("end", () => process.exit()).resume();
