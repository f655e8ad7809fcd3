import { useRef, useState } from "react";
import { usePaced } from "../live/usePaced";
import type { BoardDeeds } from "./useBoard";
import { type Place, placeForNote } from "./geometry";

/** A dozen steps in a second look like one movement. */
const STEP_EVERY_MS = 80;

export interface Moving {
  /** Where the note is while it is being moved here, otherwise null. */
  readonly at: Place | null;
  to(place: Place): void;
  /** The end of the way. */
  drop(): void;
}

/** Moves a note: here with the hand, for the others in steps, and at the end for good. */
export function useMoving(id: string, { act, pass }: BoardDeeds): Moving {
  const [at, setAt] = useState<Place | null>(null);
  const newest = useRef<Place | null>(null);
  const steps = usePaced<Place>(STEP_EVERY_MS, ({ x, y }) => pass({ move: { id, x, y } }));

  function show(place: Place | null) {
    newest.current = place;
    setAt(place);
  }

  return {
    at,
    to(place) {
      const allowed = placeForNote(place);
      show(allowed);
      steps.say(allowed);
    },
    drop() {
      const last = newest.current;
      if (last === null) return;
      steps.drop();
      act({ move: { id, x: last.x, y: last.y } });
      show(null);
    },
  };
}
