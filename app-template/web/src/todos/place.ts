/** Where something stands in a list that many people put in order at once. */
import { generateKeyBetween } from "fractional-indexing";

/** Something with a place; two that were put into one gap at once have the same, and their keys decide. */
export interface Placed {
  readonly place: string;
}

/**
 * A place between those at `index - 1` and `index` of a sorted list.
 *
 * Where those two have the same place there is none between them: it comes behind all that have it.
 */
export function placeAt(list: readonly Placed[], index: number): string {
  const before = list[index - 1]?.place ?? null;
  const after = list.slice(index).find(({ place }) => before === null || place > before)?.place ?? null;
  return generateKeyBetween(before, after);
}
