/** Who was signed in last in this browser: without a connection nobody else can say whose data this is. */

export interface LastUser {
  readonly userId: string;
  readonly name: string;
}

const KEY = "syncwright.lastUser";

/** Reads it; `null` where nobody was, or the browser keeps nothing. */
export function readLastUser(): LastUser | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (typeof kept !== "object" || kept === null || !("userId" in kept) || !("name" in kept)) return null;
    const { userId, name } = kept;
    return typeof userId === "string" && typeof name === "string" ? { userId, name } : null;
  } catch {
    return null;
  }
}

/** Keeps it; `null` once nobody is signed in. */
export function writeLastUser(user: LastUser | null): void {
  try {
    if (user === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ userId: user.userId, name: user.name }));
  } catch {
    // A browser that keeps nothing knows nobody offline.
  }
}
