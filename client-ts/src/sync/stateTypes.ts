/** What callers write and see of the values that rooms share. */

import type { CallLimits, SyncFailure } from "./answer";
import type { WhenOffline } from "./lane";
import type { ReceiverOf, RouteName, RouteVersion, TypeOf } from "./routes";

/** Which state, and what is shown of an action before its answer. `Map` is the app's `StateTypeMap`. */
export interface StateBase<Map, Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>> {
  /** `<page>/<name>`. */
  readonly name: Name;
  readonly version: Version;
  /**
   * What an action makes of the value, shown at once: the server's word takes its place, and a refusal takes it back. It must leave the value
   * that it is given as it is. One that throws is reported, and shows nothing.
   */
  readonly optimistic?:
    | ((
        value: TypeOf<Map, Name, Version, "view">,
        action: TypeOf<Map, Name, Version, "action">,
      ) => TypeOf<Map, Name, Version, "view">)
    | undefined;
}

/** Which value: that of one version of a state in a room of its kind. */
export interface StateOptions<Map, Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>
  extends StateBase<Map, Name, Version> {
  readonly room: ReceiverOf<Map, Name, Version>;
}

/** Which value; with `null` for a room, none. */
export interface SyncStateOptions<Map, Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>
  extends StateBase<Map, Name, Version> {
  readonly room: ReceiverOf<Map, Name, Version> | null;
}

/** How an action is sent, and what becomes of it. */
export interface ActOptions extends CallLimits {
  /**
   * Acts only if nothing that can be seen here has changed since this version; `true` is the one that is here now. Where none is here, there is
   * nothing to compare, and the answer is `state-conflict`.
   */
  readonly ifVersion?: string | true | undefined;
  /** See `WhenOffline`. */
  readonly whenOffline?: WhenOffline | undefined;
}

/** What an action comes back with; `status` tells which of the two. */
export type ActedAnswer<Code extends string = string> =
  | {
      readonly status: "success";
      /** The version that shows what it has done; opaque. */
      readonly stateVersion: string;
    }
  | SyncFailure<Code>;

/** A value as it is here. The same object is handed out until something changes; what has not changed of a value is the same object, too. */
export interface StateSnapshot<View, Code extends string = string> {
  /**
   * `loading`: it has not come yet. `live`: it is what the server has, and stays so. `stale`: without a connection, it is what was so last.
   * `error`: it cannot be had, for the reason in `error`; what was there stays.
   */
  readonly status: "loading" | "live" | "stale" | "error";
  /** The value with what our own actions make of it; undefined before it has come. */
  readonly value: View | undefined;
  /** The version of the value without them; opaque. */
  readonly version: string | undefined;
  readonly error: SyncFailure<Code> | null;
  /** How many of our actions have no answer yet. */
  readonly pending: number;
}

/** A value of a room, and what can be done with it. */
export interface StateHandle<View, Action, Code extends string = string> {
  /** How it is. */
  readonly get: () => StateSnapshot<View, Code>;
  /** Follows the value, in whose room we are as long, and calls `changed` after each change; returns its own undo. */
  readonly subscribe: (changed: () => void) => () => void;
  /** Acts; it never throws and never rejects. */
  readonly act: (action: Action, options?: ActOptions) => Promise<ActedAnswer<Code>>;
}

/** A value that is followed until it is closed. */
export interface OpenState<View, Action, Code extends string = string> extends StateHandle<View, Action, Code> {
  readonly close: () => void;
}

/**
 * Names a value: what `useSyncState` is made of. It is followed while somebody subscribes. With `null` for a room nothing is followed, and
 * actions end with `sync-cancelled`.
 */
export type StateOf<Map, Code extends string> = <Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>(
  options: SyncStateOptions<Map, Name, Version>,
) => StateHandle<TypeOf<Map, Name, Version, "view">, TypeOf<Map, Name, Version, "action">, Code>;

/**
 * Follows a value until it is closed.
 *
 * @example
 * ```ts
 * const board = openState({ name: "board/notes", version: "v1", room: "board-7" });
 * board.subscribe(() => draw(board.get().value));
 * const acted = await board.act({ put: { id: "n1", note } });
 * if (acted.status === "error") toast(acted.message);
 * board.close();
 * ```
 */
export type OpenStateOf<Map, Code extends string> = <
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>(
  options: StateOptions<Map, Name, Version>,
) => OpenState<TypeOf<Map, Name, Version, "view">, TypeOf<Map, Name, Version, "action">, Code>;
