import type { ScopeStatus } from "syncwright";
import { useWords } from "../language/LanguageProvider";
import { LiveStatus } from "../parts/LiveStatus";

const TONES = { live: "live", syncing: "waits", offline: "rests", error: "error" } as const;

/** Whether the list is what the server has, and what is still on its way there. */
export function TodoStatus({ status: { status, pending, error } }: { status: ScopeStatus }) {
  const words = useWords();
  return (
    <LiveStatus
      tone={TONES[status]}
      status={status}
      text={words.todos.status[status]}
      pending={pending}
      pendingText={words.todos.waiting(pending)}
      problem={error?.message}
      testId="todos"
    />
  );
}
