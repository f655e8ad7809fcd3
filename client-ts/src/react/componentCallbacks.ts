/** The event callbacks of one mounted component. */

import { untypedCallbacks, type EventCallbacks, type UpsertSyncEventCallback } from "../sync/syncEvents";

/** One route's callbacks. They can be exchanged without being taken out of the line, so that no event is missed. */
interface Entry {
  callbacks: EventCallbacks;
  readonly register: () => () => void;
  undo: (() => void) | null;
}

/** What one run of the component's body asked for; it counts only if React commits it. */
type Render = Map<string, Pick<Entry, "callbacks" | "register">>;

/**
 * At most one entry per route and version. Entries listen between `attach` and its undo, which React calls on mount and
 * unmount, and twice in StrictMode; the entries themselves outlive that.
 */
export class ComponentCallbacks<TypeMap, Code extends string> {
  readonly #listen: UpsertSyncEventCallback<TypeMap, Code>;
  readonly #entries = new Map<string, Entry>();
  #render: Render | null = null;
  #isAttached = false;

  constructor(listen: UpsertSyncEventCallback<TypeMap, Code>) {
    this.#listen = listen;
  }

  /** The component's body runs: until `commit`, `upsert` notes down only. */
  beginRender(): Render {
    const render: Render = new Map();
    this.#render = render;
    // A body runs without a pause. Should React drop its result, this note must not swallow later calls.
    queueMicrotask(() => this.#endRender(render));
    return render;
  }

  /**
   * React keeps the result of the body, so what it asked for counts from now on.
   *
   * What it did not ask for stays: a compiler that memoises the body leaves out calls whose arguments are the same.
   */
  commit(render: Render): void {
    this.#endRender(render);
    for (const [route, { callbacks, register }] of render) this.#put(route, callbacks, register);
  }

  /** Starts listening; returns its own undo. */
  attach(): () => void {
    this.#isAttached = true;
    for (const entry of this.#entries.values()) entry.undo ??= entry.register();
    return () => {
      this.#isAttached = false;
      for (const entry of this.#entries.values()) detach(entry);
    };
  }

  /** See {@link UpsertSyncEventCallback}; the same function for the life of the component. */
  readonly upsert: UpsertSyncEventCallback<TypeMap, Code> = options => {
    const { name, version } = options;
    const route = `${name}/${version}`;
    const callbacks = untypedCallbacks(options);
    const register = (): (() => void) =>
      this.#listen({
        name,
        version,
        callback: event => this.#entries.get(route)?.callbacks.callback(event),
        onStream: (chunk, room) => this.#entries.get(route)?.callbacks.onStream(chunk, room),
        onError: error => this.#entries.get(route)?.callbacks.onError(error),
      });

    if (this.#render === null) this.#put(route, callbacks, register);
    else this.#render.set(route, { callbacks, register });
    return () => this.#undo(route, callbacks);
  };

  #put(route: string, callbacks: EventCallbacks, register: () => () => void): void {
    const known = this.#entries.get(route);
    if (known !== undefined) known.callbacks = callbacks;
    else this.#entries.set(route, { callbacks, register, undo: this.#isAttached ? register() : null });
  }

  /** Undoes one `upsert`, unless another has taken its place. */
  #undo(route: string, callbacks: EventCallbacks): void {
    const entry = this.#entries.get(route);
    if (entry?.callbacks === callbacks) {
      detach(entry);
      this.#entries.delete(route);
    }
    if (this.#render?.get(route)?.callbacks === callbacks) this.#render.delete(route);
  }

  #endRender(render: Render): void {
    if (this.#render === render) this.#render = null;
  }
}

function detach(entry: Entry): void {
  entry.undo?.();
  entry.undo = null;
}
