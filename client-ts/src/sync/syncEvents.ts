/** Events of rooms, brought to the callbacks of the app. */

import type { SyncFrame } from "../wire/frames";
import type { SyncFailure } from "./answer";
import type { Part, Receives } from "./part";
import type { OnProblem } from "./problems";
import type { RouteName, RouteVersion, TypeOf } from "./routes";

/** What happened in a room, as far as this member may see it. */
export interface SyncEvent<ServerOutput, ClientOutput> {
  /** The same for all members; `{}` when the route has no server file. */
  readonly serverOutput: ServerOutput;
  /** What the filter made for this member; `{}` when the route has no client file. */
  readonly clientOutput: ClientOutput;
  readonly room: string;
  /** The place in the room's order; opaque. */
  readonly pos: string;
}

/** The filter answered this member with an error; nobody else is affected. */
export interface SyncEventError<Code extends string = string>
  extends Pick<SyncFailure<Code>, "errorCode" | "errorParams" | "message"> {
  readonly room: string;
  readonly pos: string;
}

/** Which route, and what to do with its events. */
export interface SyncEventOptions<
  Map,
  Code extends string,
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
> {
  /** `<page>/<name>`. */
  readonly name: Name;
  readonly version: Version;
  /** Called for each event that the filter delivers to this member, in the room's order. */
  readonly callback: (
    event: SyncEvent<TypeOf<Map, Name, Version, "serverOutput">, TypeOf<Map, Name, Version, "clientOutput">>,
  ) => void;
  /**
   * Called for each chunk that a running handler streams to the room, or its filter to this member, as typed by the route's `ServerStream` and
   * `ClientStream`.
   */
  readonly onStream?:
    | ((
        chunk: TypeOf<Map, Name, Version, "serverStream"> | TypeOf<Map, Name, Version, "clientStream">,
        room: string,
      ) => void)
    | undefined;
  /** Called when the filter answers this member with an error. */
  readonly onError?: ((error: SyncEventError<Code>) => void) | undefined;
}

/**
 * Calls back for each event of a route, in any room that this socket is in; returns its own undo.
 *
 * Any number of callbacks per route, called in the order added. One that throws is reported (`onProblem`) and does not stop the others.
 *
 * @example
 * ```ts
 * const undo = upsertSyncEventCallback({
 *   name: "examples/updateCounter", version: "v1",
 *   callback: ({ serverOutput, clientOutput }) => show(serverOutput.newValue, clientOutput.mine),
 *   onError: error => toast(error.message),
 * });
 * ```
 */
export type UpsertSyncEventCallback<Map, Code extends string> = <
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>(
  options: SyncEventOptions<Map, Code, Name, Version>,
) => () => void;

/** The callbacks for one route, before types: what arrives is not checked against the route's types, the server did that. */
export interface EventCallbacks {
  readonly callback: (event: SyncEvent<unknown, unknown>) => void;
  readonly onStream: (chunk: unknown, room: string) => void;
  readonly onError: (error: SyncEventError) => void;
}

/** Takes typed callbacks as untyped ones. The route's types are what the server's handler was compiled with; nothing checks them again here. */
export function untypedCallbacks<
  Map,
  Code extends string,
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>({ callback, onStream, onError }: SyncEventOptions<Map, Code, Name, Version>): EventCallbacks {
  return {
    callback: callback as EventCallbacks["callback"],
    onStream: (onStream ?? ignore) as EventCallbacks["onStream"],
    onError: (onError ?? ignore) as EventCallbacks["onError"],
  };
}

function ignore(): void {}

/** All callbacks by route. */
export class SyncEvents implements Part {
  readonly #onProblem: OnProblem;
  readonly #byRoute = new Map<string, Set<EventCallbacks>>();
  /** Told when the first callback of a route comes. */
  onRoute: (route: string) => void = () => {};
  readonly receives: Receives = { sync: frame => this.#deliver(frame) };

  constructor(onProblem: OnProblem) {
    this.#onProblem = onProblem;
  }

  /** Adds callbacks for `<page>/<name>/<version>`; returns its own undo. */
  on(route: string, callbacks: EventCallbacks): () => void {
    const entry = { ...callbacks };
    const known = this.#byRoute.get(route);
    const entries = known ?? new Set();
    this.#byRoute.set(route, entries.add(entry));
    if (known === undefined) this.onRoute(route);
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#byRoute.get(route) === entries) this.#byRoute.delete(route);
    };
  }

  /** The routes that somebody listens to, `<page>/<name>/<version>`. */
  routes(): string[] {
    return [...this.#byRoute.keys()];
  }

  /** Brings `frame` to all who listen now, in the order added. One who is removed by another meanwhile is not called. */
  #deliver(frame: SyncFrame): void {
    const entries = this.#byRoute.get(frame.cb);
    if (entries === undefined) return;
    for (const entry of [...entries]) {
      if (!entries.has(entry)) continue;
      try {
        call(entry, frame);
      } catch (error) {
        this.#onProblem({ kind: "callback-failed", route: frame.cb, error });
      }
    }
  }
}

function call({ callback, onStream, onError }: EventCallbacks, frame: SyncFrame): void {
  switch (frame.status) {
    case "success": {
      const { serverOutput, clientOutput, room, pos } = frame;
      return callback({ serverOutput, clientOutput, room, pos });
    }
    case "error": {
      const { errorCode, errorParams, message, room, pos } = frame;
      return onError({ errorCode, errorParams, message, room, pos });
    }
    case "stream":
      return onStream(frame.stream, frame.room);
  }
}
