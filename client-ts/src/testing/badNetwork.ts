/** Networks that let a client poll and spoil its WebSockets, each in another way. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What becomes of the bytes of one direction. */
type Fate = "passes" | "is swallowed" | "cuts the connection" | "passes and cuts the connection" | "is answered with 403";

/** What becomes of a WebSocket: its request, the answer to that, and what is sent over it either way. Whatever is not named passes. */
export interface BadNetwork {
  readonly request?: Fate;
  readonly answer?: Fate;
  readonly upwards?: Fate;
  readonly downwards?: Fate;
}

/** The kinds that there are. */
export const BAD_NETWORKS: Readonly<Record<string, BadNetwork>> = {
  "refuses the WebSocket": { request: "is answered with 403" },
  "drops the request for it": { request: "cuts the connection" },
  "swallows the request for it": { request: "is swallowed" },
  "cuts it behind the 101": { answer: "passes and cuts the connection" },
  "cuts it at the first frame of the client": { upwards: "cuts the connection" },
  "passes the 101 and nothing more": { upwards: "is swallowed", downwards: "is swallowed" },
  "swallows what the client sends over it": { upwards: "is swallowed" },
  "swallows what the server sends over it": { downwards: "is swallowed" },
};

/** A proxy that plays such a network. */
export interface BadNetworkProxy {
  readonly url: string;
  /** How many WebSockets were asked for. */
  readonly webSockets: number;
  /** From now on WebSockets get through. */
  mend(): void;
  close(): Promise<void>;
}

/** Plays `network` in front of the server that listens on `port`. */
export async function startBadNetwork(port: number, network: BadNetwork): Promise<BadNetworkProxy> {
  const sockets = new Set<Socket>();
  let webSockets = 0;
  let isMended = false;

  const server = createServer(inbound => {
    const outbound = connect(port, "127.0.0.1");
    for (const socket of [inbound, outbound]) {
      sockets.add(socket.setNoDelay(true));
      // What breaks on one side breaks on the other.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        inbound.destroy();
        outbound.destroy();
      });
    }
    inbound.once("data", (first: Buffer) => {
      const isWebSocket = /^upgrade: websocket/im.test(first.toString("latin1"));
      if (isWebSocket) webSockets += 1;
      const { request, upwards, answer, downwards } = isWebSocket && !isMended ? network : {};
      carry(outbound, inbound, answer, downwards);
      carry(inbound, outbound, request, upwards);
      inbound.emit("data", first);
    });
  });

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    get webSockets() {
      return webSockets;
    },
    mend() {
      isMended = true;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Carries one direction: a head up to its empty line, and what follows it. */
function carry(from: Socket, to: Socket, head: Fate = "passes", rest: Fate = "passes"): void {
  let seen = Buffer.alloc(0);
  let isBehindHead = false;
  from.on("data", (bytes: Buffer) => {
    if (isBehindHead) return meet(rest, bytes, from, to);
    seen = Buffer.concat([seen, bytes]);
    const end = seen.indexOf("\r\n\r\n") + 4;
    if (end < 4) return;
    isBehindHead = true;
    meet(head, seen.subarray(0, end), from, to);
    if (seen.length > end) meet(rest, seen.subarray(end), from, to);
  });
}

function meet(fate: Fate, bytes: Buffer, from: Socket, to: Socket): void {
  switch (fate) {
    case "passes":
      to.write(bytes);
      return;
    case "is swallowed":
      return;
    case "cuts the connection":
      from.destroy();
      return;
    case "passes and cuts the connection":
      to.end(bytes);
      return;
    case "is answered with 403":
      from.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
  }
}
