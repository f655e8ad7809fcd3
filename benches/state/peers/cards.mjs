/** The same cards as `app/src/bench/_state/cards_v1.rs` has. */
const CARDS_OF_KILOBYTE = 9;

export function cards(kilobytes) {
  return Array.from({ length: kilobytes * CARDS_OF_KILOBYTE }, (_, number) => {
    const card = { title: `Card ${number}`, text: "the quick brown fox jumps over the lazy dog", x: 100, y: 200, done: false };
    return [`c${String(number).padStart(5, "0")}`, card];
  });
}
