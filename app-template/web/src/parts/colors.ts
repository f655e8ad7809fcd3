/** The colours of people and notes. */
import type { Color } from "../_sockets/apiTypes.generated";

export const COLORS: readonly Color[] = ["blue", "green", "orange", "pink", "violet"];

/** The colour of somebody who has chosen none: the same one in every tab. */
export function colorOf(userId: string): Color {
  const sum = Array.from(userId).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return COLORS[sum % COLORS.length] ?? "blue";
}
