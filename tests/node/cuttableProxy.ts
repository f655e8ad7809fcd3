/** A TCP proxy in front of a server that fails as networks do, when a test says so, until it is mended. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";

export interface CuttableProxy {
  readonly url: string;
  /** Connections break, and new ones are refused. */
  cut(): void;
  /**
   * Nothing arrives any more, not even that a connection was closed, and nothing breaks: each side finds the other silent. What was sent
   * arrives when this is mended, as what TCP repeats does. `upwards` is only what clients send.
   */
  silence(direction?: "upwards"): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const silent = { upwards: false, downwards: false };
  let isCut = false;

  /** Calls `go` as soon as something may arrive. */
  function whenHeard(direction: "upwards" | "downwards", go: () => void) {
    if (silent[direction]) waiting.push(go);
    else go();
  }

  function passage(direction: "upwards" | "downwards"): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => whenHeard(direction, () => done(null, chunk)),
      flush: (done) => whenHeard(direction, () => done()),
    });
  }

  const server = createServer((inbound) => {
    if (isCut) {
      inbound.resetAndDestroy();
      return;
    }
    const outbound = connect(targetPort, "127.0.0.1");
    for (const [socket, other, direction] of [
      [inbound, outbound, "upwards"],
      [outbound, inbound, "downwards"],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // What breaks on one side breaks on the other.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        whenHeard(direction, () => other.destroy());
      });
      socket.pipe(passage(direction)).pipe(other);
    }
  });

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  function breakAll() {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  function mend() {
    isCut = false;
    silent.upwards = false;
    silent.downwards = false;
    for (const go of waiting.splice(0)) go();
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    silence(direction) {
      silent.upwards = true;
      silent.downwards = direction === undefined;
    },
    mend,
    async close() {
      mend();
      server.close();
      breakAll();
      await once(server, "close");
    },
  };
}
