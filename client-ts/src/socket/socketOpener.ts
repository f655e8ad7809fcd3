/** Which transports a socket tries, by what the app allows and what is known of this network. */

import type { Handshake } from "../wire/payloads";
import type { Carriage, OpenSocket, SocketEvents, Transport } from "./socket";
import { RivalSocket, type OpenRival, type Rivals } from "./rivalSocket";
import { SocketIoSocket, type Beginning, type SocketIoOptions, type TransportEvents } from "./socketIoSocket";
import { tabStore, WebSocketMemory, type TextStore } from "./webSocketMemory";

/** Where and how to connect. */
export interface SocketOptions extends SocketIoOptions {
  /** What may be used, the best first. */
  readonly transports: readonly Transport[];
  /** Asked anew for each socket. */
  readonly handshake: () => Handshake;
  /** How long a transport is tried alone before the next one joins, in milliseconds. */
  readonly patienceMs?: number;
  /** Where it is remembered that WebSockets fail. */
  readonly store?: TextStore;
}

/** A WebSocket needs four round trips, a page that waits for longer looks broken. */
const DEFAULT_PATIENCE_MS = 1_500;

/** Opens sockets over Socket.IO; all of them share what is known of WebSockets to their server. */
export function socketOpener(options: SocketOptions): OpenSocket {
  const memory = new WebSocketMemory(options.store ?? tabStore, `${options.url ?? ""}${options.path}`);
  return events => {
    const handshake = options.handshake();
    const by = (beginning: Beginning): OpenRival => told => new SocketIoSocket(options, beginning, handshake, told);
    const { transports, patienceMs = Math.min(DEFAULT_PATIENCE_MS, options.openTimeoutMs / 2) } = options;
    if (transports.includes("websocket") && transports.includes("polling")) {
      const beginsBy = memory.isFailing ? "polling" : (transports[0] ?? "websocket");
      return new RivalSocket(rivals(by, beginsBy, memory, patienceMs), remembering(memory, beginsBy, events));
    }
    return by(alone(transports[0] ?? "websocket"))(remembering(null, null, events));
  };
}

/** The one transport that the app allows. */
function alone(transport: Transport): Beginning {
  return transport === "websocket" ? { transport } : { transport, moveAfterMs: null };
}

function rivals(
  by: (beginning: Beginning) => OpenRival,
  beginsBy: Transport,
  memory: WebSocketMemory,
  patienceMs: number,
): Rivals {
  const webSocket = by({ transport: "websocket" });
  if (beginsBy === "websocket") {
    // Polling gets in only where the WebSocket did not, so its own attempt to move has to wait.
    return { first: webSocket, second: by({ transport: "polling", moveAfterMs: memory.nextPauseMs() }), patienceMs };
  }
  // Where WebSockets are known to fail, another one helps only if polling fails as well.
  const polling = by({ transport: "polling", moveAfterMs: memory.pauseMs() });
  return { first: polling, second: webSocket, patienceMs: memory.isFailing ? null : patienceMs };
}

/** Learns from what happens to a socket, and tells `events` of it. Without a memory there is no choice, and nothing to learn. */
function remembering(memory: WebSocketMemory | null, beganBy: Transport | null, events: SocketEvents): TransportEvents {
  const by = (transport: Transport): Carriage => ({ transport, isWebSocketFailing: memory?.isFailing ?? false });
  let isOpen = false;
  // A move can be over before the server lets us in: `opened` tells its outcome then.
  const movedTo = (transport: Transport): void => {
    if (isOpen) events.moved(by(transport));
  };
  return {
    refused: refusal => events.refused(refusal),
    failed: reason => events.failed(reason),
    lost: reason => events.lost(reason),
    received: (event, message) => events.received(event, message),
    opened: transport => {
      if (transport === "websocket") memory?.worked();
      else if (beganBy === "websocket") memory?.failed();
      isOpen = true;
      events.opened(by(transport));
    },
    moved: () => {
      memory?.worked();
      movedTo("websocket");
    },
    moveFailed: isOver => {
      memory?.failed();
      if (!isOver) movedTo("polling");
    },
  };
}
