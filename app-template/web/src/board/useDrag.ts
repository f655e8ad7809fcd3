import { type PointerEvent, useRef } from "react";
import { BOARD, type Place } from "./geometry";

/** A hand that trembles this much has not moved anything, in pixels. */
const STILL_PX = 4;

interface DragOptions {
  /** Where the note is. */
  readonly from: Place;
  onMove(place: Place): void;
  onDrop(): void;
  /** A finger has come and gone without a movement. */
  onTap(): void;
}

interface Grip {
  readonly pointerId: number;
  readonly from: Place;
  readonly x: number;
  readonly y: number;
  /** How many units of the board a pixel is. */
  readonly scale: number;
  isMoving: boolean;
}

/** What an element listens to, to be dragged over the board that it is on: with a mouse, a pen or a finger. */
export function useDrag({ from, onMove, onDrop, onTap }: DragOptions) {
  const grip = useRef<Grip | null>(null);

  /** The grip of this pointer: a second finger drags nothing. */
  function gripOf({ pointerId }: PointerEvent): Grip | null {
    return grip.current?.pointerId === pointerId ? grip.current : null;
  }

  function end(event: PointerEvent, isTap: boolean) {
    const held = gripOf(event);
    if (held === null) return;
    grip.current = null;
    if (held.isMoving) onDrop();
    else if (isTap && event.pointerType === "touch") onTap();
  }

  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      const board = event.currentTarget.closest("[data-board]");
      if (board === null || event.button !== 0 || grip.current !== null) return;
      // What is written on it is selected by the pointer, not moved.
      if (event.target instanceof HTMLTextAreaElement) return;
      // The mouse that browsers make of a finger comes later, and would take the focus away again.
      if (event.pointerType === "touch") event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      const scale = BOARD.width / board.clientWidth;
      grip.current = { pointerId: event.pointerId, from, x: event.clientX, y: event.clientY, scale, isMoving: false };
    },
    onPointerMove(event: PointerEvent) {
      const held = gripOf(event);
      if (held === null) return;
      const [right, down] = [event.clientX - held.x, event.clientY - held.y];
      held.isMoving ||= Math.hypot(right, down) >= STILL_PX;
      if (held.isMoving) onMove({ x: held.from.x + right * held.scale, y: held.from.y + down * held.scale });
    },
    onPointerUp: (event: PointerEvent) => end(event, true),
    onPointerCancel: (event: PointerEvent) => end(event, false),
  };
}
