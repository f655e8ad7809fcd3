import { useInsertionEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { RouteName, RouteVersion, TypeOf } from "../sync/routes";
import type { ActedAnswer, ActOptions, StateOf, StateSnapshot, SyncStateOptions } from "../sync/stateTypes";
import { keepEqual } from "../wire/patch";

/** What `useSyncState` returns; the same object as long as nothing changed. */
export interface SyncStateHook<View, Action, Code extends string = string> extends StateSnapshot<View, Code> {
  /** Acts, and answers as `syncRequest` does; the same function as long as the value is the same. */
  readonly act: (action: Action, options?: ActOptions) => Promise<ActedAnswer<Code>>;
}

/** See `useSyncState` of `createSyncHooks`. */
export interface UseSyncState<Map, Code extends string = string> {
  <Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>(
    options: SyncStateOptions<Map, Name, Version>,
  ): SyncStateHook<TypeOf<Map, Name, Version, "view">, TypeOf<Map, Name, Version, "action">, Code>;
  <Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>, Part>(
    options: SyncStateOptions<Map, Name, Version>,
    select: (value: TypeOf<Map, Name, Version, "view">) => Part,
  ): Part | undefined;
}

/** On the server. */
const NOT_YET: StateSnapshot<never, never> = { status: "loading", value: undefined, version: undefined, error: null, pending: 0 };

/** Makes `useSyncState`: the subscription is what follows the value. */
export function syncStateHook<Map, Code extends string>(stateOf: StateOf<Map, Code>): UseSyncState<Map, Code> {
  function useSyncState<Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>, Part>(
    { name, version, room, optimistic }: SyncStateOptions<Map, Name, Version>,
    select?: (value: TypeOf<Map, Name, Version, "view">) => Part,
  ): SyncStateHook<TypeOf<Map, Name, Version, "view">, TypeOf<Map, Name, Version, "action">, Code> | Part | undefined {
    type View = TypeOf<Map, Name, Version, "view">;
    type Action = TypeOf<Map, Name, Version, "action">;
    const newest = useRef(optimistic);
    // Insertion effects come before all others, so that an effect that acts finds the closure of its own render.
    useInsertionEffect(() => void (newest.current = optimistic));
    const { act, get, subscribe } = useMemo(() => {
      // A new closure does not make the value another one.
      const shown = (value: View, action: Action): View => (newest.current === undefined ? value : newest.current(value, action));
      return stateOf({ name, version, room, optimistic: shown });
    }, [name, version, room]);

    // What a selector has made last outlives the selector, which may be another one with each render.
    const last = useRef<Part | undefined>(undefined);
    const seen = useMemo(() => (select === undefined ? get : selected(get, select, () => last.current)), [get, select]);
    const snapshot = useSyncExternalStore<StateSnapshot<View, Code> | Part | undefined>(
      subscribe,
      seen,
      () => (select === undefined ? NOT_YET : undefined),
    );
    const isPart = select !== undefined;
    useInsertionEffect(() => void (last.current = isPart ? (snapshot as Part | undefined) : undefined));
    return useMemo(
      () => (isPart ? (snapshot as Part | undefined) : { ...(snapshot as StateSnapshot<View, Code>), act }),
      [snapshot, act, isPart],
    );
  }
  return useSyncState as UseSyncState<Map, Code>;
}

/** Reads a part of a value; the same object as long as it is equal, also where `select` makes it anew each time. */
function selected<View, Part>(
  get: () => StateSnapshot<View, string>,
  select: (value: View) => Part,
  last: () => Part | undefined,
): () => Part | undefined {
  let known: { readonly of: View; readonly part: Part } | null = null;
  return () => {
    const { value } = get();
    if (value === undefined) known = null;
    else if (known?.of !== value) known = { of: value, part: keepEqual(known === null ? last() : known.part, select(value)) };
    return known?.part;
  };
}
