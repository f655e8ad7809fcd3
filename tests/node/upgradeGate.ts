/** A TCP proxy that holds back WebSocket handshakes until a test lets them pass; everything else passes at once. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface UpgradeGate {
  readonly url: string;
  /** Lets every handshake pass, those that wait and those to come. */
  open(): void;
  close(): Promise<void>;
}

export async function startUpgradeGate(targetPort: number): Promise<UpgradeGate> {
  const sockets = new Set<Socket>();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  const server = createServer((inbound) => {
    const outbound = connect(targetPort, "127.0.0.1");
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // What breaks on one side breaks on the other.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        inbound.destroy();
        outbound.destroy();
      });
    }
    outbound.pipe(inbound);
    inbound.once("data", async (request: Buffer) => {
      inbound.pause();
      if (/^upgrade: websocket/im.test(request.toString("latin1"))) await opened;
      outbound.write(request);
      inbound.pipe(outbound);
    });
  });

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gate has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    open,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
