import type { CSSProperties } from "react";
import type { Color } from "../_sockets/apiTypes.generated";
import { useCursors } from "./useCursors";

/** Where the others point to: for the eye alone. */
export function Cursors({ room, colorOf }: { room: string; colorOf(userId: string): Color }) {
  return (
    <div className="cursors" aria-hidden="true">
      {useCursors(room).map(({ by, at, isFading }) => (
        <div
          key={by.userId}
          className="cursor"
          style={{ "--x": at.x, "--y": at.y } as CSSProperties}
          data-color={colorOf(by.userId)}
          data-fading={isFading}
          data-testid="cursor"
          data-name={by.name}
        >
          <svg viewBox="0 0 16 18" width="16" height="18">
            <path d="M1.5 1.2l12.2 7.3-5.6 1.3-2.8 5.6z" />
          </svg>
          <span>{by.name}</span>
        </div>
      ))}
    </div>
  );
}
