/** A name for something new that nobody else thinks of; names made later sort behind earlier ones. */
export function newId(now = Date.now()): string {
  // Pages without TLS have no `randomUUID`.
  const random = crypto.getRandomValues(new Uint8Array(8));
  return now.toString(36).padStart(9, "0") + Array.from(random, (byte) => byte.toString(36).padStart(2, "0")).join("");
}
