/** Marks in the order of a room: what came before a mark is known to be all that came. */
import { expect } from "vitest";
import type { Frame, Peer } from "./peer.ts";

/** The one route of the template whose events every member of any room gets. */
const MARK = "root/announce/v1";

/** Sends a mark to everybody in `room`. */
export async function mark(from: Peer, room: string): Promise<void> {
  expect(await from.sync(MARK, room, { text: "mark" })).toMatchObject({ status: "success" });
}

/** Takes what `peer` got up to the next mark. */
export async function framesToMark(peer: Peer): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (;;) {
    const frame = await peer.frame();
    if (frame.cb === MARK) return frames;
    frames.push(frame);
  }
}
