/** What goes wrong without a caller who could be told. */

import type { Outdated } from "./outdated";

/** Something for developers to look at. */
export type SyncProblem =
  /** A callback of the app threw; the others went on. `route` is `<page>/<name>/<version>` where a route was involved. */
  | { readonly kind: "callback-failed"; readonly route: string | null; readonly error: unknown }
  /** The server sent something that is not of the agreed form; it was left out. */
  | { readonly kind: "unreadable-message"; readonly event: string; readonly problem: string }
  /** The data of a call cannot be written as JSON. */
  | { readonly kind: "unsendable-data"; readonly event: string; readonly error: unknown }
  /** What waits offline could not be kept by the browser, or not be read: it is sent as long as the page lives. */
  | { readonly kind: "offline-not-kept"; readonly error: unknown }
  /** What a store has could not be kept by the browser, or not be read: it lives as long as the page. */
  | { readonly kind: "store-not-kept"; readonly error: unknown }
  /**
   * What a store has asked for is refused as a whole, and nothing says that this will pass: it is kept, and asked for again and again, or until the
   * right user is there.
   */
  | { readonly kind: "push-refused"; readonly errorCode: string; readonly message: string }
  /** Somebody looks at who is in `room`, and the rule of this room has no `presence`: nobody will be listed. */
  | { readonly kind: "no-presence"; readonly room: string }
  /** What the server told of the value of a room did not fit again and again; the whole has been asked for. `route` is `<page>/<name>/<version>`. */
  | { readonly kind: "state-misfit"; readonly route: string; readonly room: string }
  /** This page calls a version that the server answers no longer than to the end of `day` (UTC, `2027-03-01`): it is time for a newer page. */
  | { readonly kind: "version-retires"; readonly route: string; readonly day: string }
  /** This page is older than its server, and relies on what that may not keep to; told here where there is no `onOutdated`. */
  | { readonly kind: "outdated"; readonly outdated: Outdated }
  /** The app's `token` or `lang` threw, or `url` is none. */
  | { readonly kind: "cannot-connect"; readonly error: unknown };

/** Hears of each problem. */
export type OnProblem = (problem: SyncProblem) => void;

/** Where problems go by default. */
export const logProblem: OnProblem = problem => {
  switch (problem.kind) {
    case "callback-failed":
      console.error(`syncwright: a callback${problem.route === null ? "" : ` of ${problem.route}`} failed`, problem.error);
      return;
    case "unreadable-message":
      console.error(`syncwright: unreadable \`${problem.event}\` from the server: ${problem.problem}`);
      return;
    case "unsendable-data":
      console.error(`syncwright: the data of a \`${problem.event}\` cannot be written as JSON`, problem.error);
      return;
    case "offline-not-kept":
      console.error("syncwright: what waits offline cannot be kept by the browser", problem.error);
      return;
    case "store-not-kept":
      console.error("syncwright: what a store has cannot be kept by the browser", problem.error);
      return;
    case "push-refused":
      console.error(`syncwright: what a store has asked for is refused (${problem.errorCode}): ${problem.message}`);
      return;
    case "no-presence":
      console.error(`syncwright: who is in \`${problem.room}\` cannot be known: the rule of this room has no \`presence\``);
      return;
    case "state-misfit":
      console.error(`syncwright: what has changed in ${problem.route} of \`${problem.room}\` does not fit what was there`);
      return;
    case "version-retires":
      console.warn(`syncwright: ${problem.route} is not answered any more after ${problem.day}`);
      return;
    case "outdated":
      console.warn("syncwright: this page is older than its server; load it again", problem.outdated);
      return;
    case "cannot-connect":
      console.error("syncwright: cannot try to connect", problem.error);
      return;
  }
};

/** `onProblem`, safe to call anywhere: the code that reports something goes on even when the app's reporter throws. */
export function guarded(onProblem: OnProblem): OnProblem {
  return problem => {
    try {
      onProblem(problem);
    } catch (error) {
      logProblem(problem);
      console.error("syncwright: `onProblem` failed", error);
    }
  };
}
