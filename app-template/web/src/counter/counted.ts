import type { Person, StateAction, StateView } from "../_sockets/apiTypes.generated";

export type Counter = StateView<"examples", "counter", "v1">;
export type CounterAction = StateAction<"examples", "counter", "v1">;

/** Where the server stops counting. */
const MAX = 1_000_000;

/** What an action of `by` makes of a counter, as `apply` in `src/examples/_state/counter_v1.rs`. */
export function counted(counter: Counter, action: CounterAction, by: Person): Counter {
  const value = action === "reset" ? 0 : counter.value + action.add.amount;
  return value > MAX ? counter : { value, changedBy: by };
}
