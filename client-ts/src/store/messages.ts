/** What the tabs of one store tell each other. */

import type { Change } from "../wire/log";
import { isObject } from "../wire/read";
import type { KeptScope, Queued } from "./keeper";
import type { ScopeStatus } from "./storeTypes";

export type TabMessage =
  /** A tab leads from now on: the others say what they want. */
  | { readonly kind: "leads" }
  /** The scopes that a tab reads. */
  | { readonly kind: "wants"; readonly tab: string; readonly scopes: readonly string[] }
  /** Somebody looks at the page again. */
  | { readonly kind: "looked" }
  /** A mutation waits. */
  | { readonly kind: "added"; readonly queued: Queued }
  /** Mutations have become something. */
  | { readonly kind: "settled"; readonly changed: readonly Queued[]; readonly forgotten: readonly string[] }
  /** All that waits has other numbers. */
  | { readonly kind: "restarted" }
  /** A copy has moved on by some changes. */
  | {
      readonly kind: "moved";
      readonly scope: string;
      readonly from: number;
      readonly cursor: number;
      readonly epoch: string;
      readonly changes: readonly Change[];
      readonly done: readonly string[];
    }
  /** A copy is another one: that which is kept, if it is not told. */
  | { readonly kind: "replaced"; readonly scope: string; readonly done: readonly string[]; readonly copy?: KeptScope }
  /** How a scope stands. */
  | { readonly kind: "status"; readonly scope: string; readonly status: ScopeStatus["status"]; readonly error: ScopeStatus["error"] };

/** Reads a message of another tab, which has the same version of this package, or none that can be read. */
export function readTabMessage(message: unknown): TabMessage | null {
  return isObject(message) && typeof message.kind === "string" ? (message as TabMessage) : null;
}
