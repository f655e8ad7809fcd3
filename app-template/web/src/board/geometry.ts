/** Places on a board, in its own units: it is 1,000 wide and 600 high, however large it is drawn. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

export const BOARD = { width: 1000, height: 600 };
/** A note is as wide as this, and at least as high. */
export const NOTE = { width: 190, height: 130 };

/** The nearest place at which a whole note is on the board. */
export function placeForNote({ x, y }: Place): Place {
  return { x: between(0, x, BOARD.width - NOTE.width), y: between(0, y, BOARD.height - NOTE.height) };
}

/** Where on a board that is drawn in `box` a point of the window is. */
export function placeOnBoard(point: { clientX: number; clientY: number }, box: { left: number; top: number; width: number }): Place {
  const scale = BOARD.width / box.width;
  return {
    x: between(0, (point.clientX - box.left) * scale, BOARD.width),
    y: between(0, (point.clientY - box.top) * scale, BOARD.height),
  };
}

/** Where the next note covers no other as far as that can be; on a full board they lie one beside the other. */
export function freePlace(taken: readonly Place[]): Place {
  const free = SPOTS.find((spot) => !taken.some((place) => covers(place, spot)));
  const step = (taken.length % 9) * 24;
  return free ?? placeForNote({ x: 40 + step * 3, y: 40 + step });
}

/** Row by row, beginning where a narrow window shows the board. */
const SPOTS: readonly Place[] = [40, 220, 400].flatMap((y) => [40, 280, 520, 760].map((x) => ({ x, y })));

function covers(one: Place, other: Place): boolean {
  return Math.abs(one.x - other.x) < NOTE.width && Math.abs(one.y - other.y) < NOTE.height;
}

function between(low: number, value: number, high: number): number {
  return Math.round(Math.min(Math.max(value, low), high));
}
