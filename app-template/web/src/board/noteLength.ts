/** How much is written on a note: long texts are written smaller. */
export function lengthOf(text: string): "short" | "medium" | "long" {
  if (text.length > 120) return "long";
  return text.length > 45 ? "medium" : "short";
}
