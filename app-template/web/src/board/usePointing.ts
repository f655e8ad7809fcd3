import { type PointerEvent, useCallback, useEffect, useRef } from "react";
import { syncRequest } from "../_sockets/syncRequest";
import { usePaced } from "../live/usePaced";
import { type Place, placeOnBoard } from "./geometry";

const SAY_EVERY_MS = 80;

/** What a board listens to, so that the others in its room see where this tab's pointer is; `null` tells nobody. */
export function usePointing(room: string | null) {
  const isSeen = useRef(false);
  const say = useCallback(
    (at: Place | null) => {
      if (room === null || (at === null && !isSeen.current)) return;
      isSeen.current = at !== null;
      // Nobody waits for the answer, and it is of no use later.
      void syncRequest({
        name: "board/cursor",
        version: "v1",
        data: { at },
        receiver: room,
        ignoreSelf: true,
        whenOffline: "fail",
      });
    },
    [room],
  );
  const pace = usePaced<Place>(SAY_EVERY_MS, say);

  const leave = useCallback(() => {
    pace.drop();
    say(null);
  }, [pace, say]);
  useEffect(() => leave, [leave]);

  return {
    onPointerMove(event: PointerEvent<HTMLElement>) {
      // A finger points to nothing but what it drags.
      if (event.pointerType === "touch" && !isHeld(event)) return;
      pace.say(placeOnBoard(event, event.currentTarget.getBoundingClientRect()));
    },
    onPointerLeave: leave,
  };
}

function isHeld({ target, pointerId }: PointerEvent): boolean {
  return target instanceof Element && target.hasPointerCapture(pointerId);
}
