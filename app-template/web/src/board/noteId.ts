/** A name for a new note that nobody else thinks of; in the order of their names, notes are in the order in which they were made. */
export function newNoteId(now = Date.now()): string {
  // Pages without TLS have no `randomUUID`.
  const random = crypto.getRandomValues(new Uint8Array(8));
  return now.toString(36).padStart(9, "0") + Array.from(random, (byte) => byte.toString(36).padStart(2, "0")).join("");
}
