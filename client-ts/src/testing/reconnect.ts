/** Losing the connection and getting the next, under the fake timers of a test. */

import { vi } from "vitest";
import type { FakeNetwork } from "./fakeSocket";

/** Breaks the connection, waits for the next and accepts it. */
export function reconnect(network: FakeNetwork): void {
  network.socket.lose();
  vi.advanceTimersByTime(0);
  network.socket.accept();
}
