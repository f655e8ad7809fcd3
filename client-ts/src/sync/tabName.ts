/** A name for this page that no other has; works without TLS too, where `crypto.randomUUID` does not. */
export function newTabName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}
