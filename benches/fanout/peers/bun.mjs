/**
 * Bun's own WebSocket server: `subscribe` and `publish`, with as much of Engine.IO and Socket.IO by hand as the generator needs.
 *
 * Prints where it listens and ends with its standard input.
 */
const POSITION = "A".repeat(22);
const OPEN = '0{"sid":"bun","upgrades":[],"pingInterval":3600000,"pingTimeout":3600000,"maxPayload":1000000}';

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("a WebSocket is expected", { status: 400 })),
  websocket: {
    idleTimeout: 0,
    sendPings: false,
    perMessageDeflate: false,
    open: (socket) => void socket.sendText(OPEN),
    message,
  },
});

function message(socket, text) {
  if (text.startsWith("40")) return void socket.sendText('40{"sid":"bun"}');
  if (!text.startsWith("42")) return;
  const start = text.indexOf("[");
  const answer = (value) => void socket.sendText(`43${text.slice(2, start)}[${JSON.stringify(value)}]`);
  const [kind, payload] = JSON.parse(text.slice(start));
  if (kind === "joinRoom") {
    socket.subscribe(payload.room);
    return answer({ status: "success" });
  }
  const { name, version, data, receiver } = payload;
  const serverOutput = { newValue: data.amount + 1, pad: data.pad };
  answer({ status: "success", result: serverOutput });
  const event = { cb: `${name}/${version}`, room: receiver, pos: POSITION, status: "success", serverOutput, clientOutput: {} };
  server.publish(receiver, `42${JSON.stringify(["sync", event])}`);
}

console.log(JSON.stringify({ port: server.port }));
process.stdin.on("end", () => process.exit()).resume();
