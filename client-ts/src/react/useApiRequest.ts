import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CallLimits, SyncAnswer, SyncFailure } from "../sync/answer";
import type { ApiRequest, ApiRequestOptions } from "../sync/apiRequest";
import type { DataOption } from "../sync/dataOption";
import type { RouteName, RouteVersion, TypeOf } from "../sync/routes";

/** What `useApiRequest` returns. */
export interface ApiRequestHook<Input, Output, Code extends string = string> {
  /** Calls anew; the same function over all renders. */
  readonly call: AskApi<Input, Output, Code>;
  /** Whether the newest call has no answer yet. */
  readonly isPending: boolean;
  /** What the newest answer brought; null before the first, and when it was an error. */
  readonly result: Output | null;
  /** Why the newest answer brought nothing; null before the first, and when it did. */
  readonly error: SyncFailure<Code> | null;
}

/** A call of a route that is known already: what `apiRequest` takes less `name` and `version`, and nothing at all where `{}` is a valid input. */
export type AskApi<Input, Output, Code extends string = string> = (
  ...options: {} extends DataOption<Input>
    ? [options?: DataOption<Input> & CallLimits]
    : [options: DataOption<Input> & CallLimits]
) => Promise<SyncAnswer<Output, Code>>;

/** See `useApiRequest` of `createSyncHooks`. */
export type UseApiRequest<Map, Code extends string = string> = <
  Name extends RouteName<Map>,
  Version extends RouteVersion<Map, Name>,
>(route: {
  /** `<page>/<name>`. */
  readonly name: Name;
  readonly version: Version;
}) => ApiRequestHook<TypeOf<Map, Name, Version, "input">, TypeOf<Map, Name, Version, "output">, Code>;

/** What a component knows of its calls: the newest answer, of which route, and whether there is a newer call. */
interface Called<Output, Code extends string> {
  readonly route: string;
  readonly answer: SyncAnswer<Output, Code> | null;
  readonly isPending: boolean;
}

/** Makes `useApiRequest`. */
export function apiRequestHook<Map, Code extends string>(apiRequest: ApiRequest<Map, Code>): UseApiRequest<Map, Code> {
  return function useApiRequest<Name extends RouteName<Map>, Version extends RouteVersion<Map, Name>>({
    name,
    version,
  }: {
    readonly name: Name;
    readonly version: Version;
  }) {
    type Input = TypeOf<Map, Name, Version, "input">;
    type Output = TypeOf<Map, Name, Version, "output">;
    const route = `${name}/${version}`;
    const [called, setCalled] = useState<Called<Output, Code> | null>(null);
    const newest = useRef<AbortController | null>(null);

    const call: AskApi<Input, Output, Code> = useCallback(
      async (options?: DataOption<Input> & CallLimits) => {
        newest.current?.abort();
        const own = new AbortController();
        newest.current = own;
        setCalled(before => ({ route, answer: answerOf(before, route), isPending: true }));

        const letGo = follow(options?.signal, own);
        // What the types of the two calls have in common, the compiler cannot see before it knows the route.
        const whole: unknown = { ...options, name, version, signal: own.signal };
        const answer = await apiRequest(whole as ApiRequestOptions<Map, Name, Version>);
        letGo();

        if (newest.current === own) {
          newest.current = null;
          setCalled({ route, answer, isPending: false });
        }
        return answer;
      },
      [name, version, route],
    );

    const end = useCallback(() => {
      newest.current?.abort();
      newest.current = null;
      // In StrictMode a component goes on after its unmount: with what it had, but without the call that has ended.
      setCalled(before => before && { ...before, isPending: false });
    }, []);
    useEffect(() => end, [end, route]);

    return useMemo(() => {
      const answer = answerOf(called, route);
      return {
        call,
        isPending: called?.route === route && called.isPending,
        result: answer?.status === "success" ? answer.result : null,
        error: answer?.status === "error" ? answer : null,
      };
    }, [call, called, route]);
  };
}

/** The answer to a call of another route than `route` is none. */
function answerOf<Output, Code extends string>(
  called: Called<Output, Code> | null,
  route: string,
): SyncAnswer<Output, Code> | null {
  return called?.route === route ? called.answer : null;
}

/** Aborts `own` with `signal`; returns its own undo. */
function follow(signal: AbortSignal | undefined, own: AbortController): () => void {
  const abort = (): void => own.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  return () => signal?.removeEventListener("abort", abort);
}
