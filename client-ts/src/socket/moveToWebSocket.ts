/** The move of a session from polling to a WebSocket: when it is tried, and how long the attempt may take. */

import { NodeWebSocket } from "socket.io-client";

/** What an attempt to move is made of. */
export interface MoveParts {
  /** How long the session goes by polling before it is tried, in milliseconds. */
  readonly afterMs: number;
  /** How long the attempt may take, in milliseconds. A network that swallows what is sent does not say that it does. */
  readonly limitMs: number;
  /** The attempt begins. */
  readonly tried: () => void;
}

/**
 * Makes the WebSocket transport that a polling session is given to move to.
 *
 * Engine.IO opens it as soon as the session is there, and waits for it with patience, which leaves the moment to the
 * transport. It keeps one timer at most, until the server has answered.
 */
export function webSocketToMoveTo({ afterMs, limitMs, tried }: MoveParts): typeof NodeWebSocket {
  return class WebSocketToMoveTo extends NodeWebSocket {
    #timer: ReturnType<typeof setTimeout> | undefined;

    override doOpen(): this {
      this.#timer = setTimeout(() => {
        tried();
        this.#timer = setTimeout(() => this.onError("the WebSocket did not answer in time", null), limitMs);
        super.doOpen();
      }, afterMs);
      return this;
    }

    override doClose(): void {
      clearTimeout(this.#timer);
      super.doClose();
    }

    protected override onClose(details?: Parameters<NodeWebSocket["onClose"]>[0]): void {
      clearTimeout(this.#timer);
      super.onClose(details);
    }

    protected override onPacket(packet: Parameters<NodeWebSocket["onPacket"]>[0]): void {
      clearTimeout(this.#timer);
      super.onPacket(packet);
    }
  };
}
