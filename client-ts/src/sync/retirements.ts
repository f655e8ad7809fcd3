/** Versions that the server says will end, or have ended: this page calls what a newer one should not. */

import type { ClientEvent } from "../wire/payloads";
import { isObject } from "../wire/read";
import type { OnOutdated } from "./outdated";
import type { OnProblem } from "./problems";

/** Tells of each version once, however often it is called. */
export class Retirements {
  readonly #onProblem: OnProblem;
  readonly #onOutdated: OnOutdated;
  readonly #told = new Set<string>();

  constructor(onProblem: OnProblem, onOutdated: OnOutdated) {
    this.#onProblem = onProblem;
    this.#onOutdated = onOutdated;
  }

  /** Looks at an answer to what was sent. */
  note(event: ClientEvent, payload: object, answer: unknown): void {
    if (!isObject(answer)) return;
    this.#look(event, payload, answer);
    // A push is answered as a whole, and each of its mutations in it.
    const { mutations } = payload as { mutations?: readonly object[] };
    const results = isObject(answer.result) ? answer.result.results : undefined;
    if (mutations !== undefined && Array.isArray(results)) mutations.forEach((mutation, index) => this.#look(event, mutation, results[index]));
  }

  /** Somebody listens to events of `route`, which end with `day`. */
  listened(route: string, day: string): void {
    this.#tell(`sync ${route}`, route, day);
  }

  #look(event: ClientEvent, call: object, answer: unknown): void {
    const { name, version } = call as { name?: string; version?: string };
    if (!isObject(answer) || name === undefined || version === undefined) return;
    const route = `${name}/${version}`;
    if (answer.errorCode === "sync-retired") this.#onOutdated({ reason: "retired", route });
    if (typeof answer.retires !== "string") return;
    // A request may have the name of an event.
    this.#tell(`${event} ${route}`, route, answer.retires);
  }

  #tell(key: string, route: string, day: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#onProblem({ kind: "version-retires", route, day });
  }
}
