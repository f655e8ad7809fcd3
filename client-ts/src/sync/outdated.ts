/** Pages that are older than their server, and rely on what it may not keep to. */

import type { OnProblem } from "./problems";

/** Why it is time to load a newer page; until then everything that the server still takes goes on. */
export type Outdated =
  /** The server has another contract than the one that this page was built with, and has not promised to keep that. */
  | { readonly reason: "contract" }
  /** The server has refused a call of a version that has retired. `route` is `<page>/<name>/<version>`. */
  | { readonly reason: "retired"; readonly route: string };

/** Hears of each reason once. */
export type OnOutdated = (outdated: Outdated) => void;

/** Tells `onOutdated` of each reason once, or `onProblem`, which is guarded, where nobody wants to know. */
export function outdatedOnce(onOutdated: OnOutdated | undefined, onProblem: OnProblem): OnOutdated {
  const told = new Set<string>();
  return outdated => {
    const reason = JSON.stringify(outdated);
    if (told.has(reason)) return;
    told.add(reason);
    if (onOutdated === undefined) return onProblem({ kind: "outdated", outdated });
    try {
      onOutdated(outdated);
    } catch (error) {
      onProblem({ kind: "callback-failed", route: null, error });
    }
  };
}
