import { type ConnectionStatus, useConnection, useOfflineCalls } from "../_sockets/syncRequest";
import { useWords } from "../language/LanguageProvider";
import type { Words } from "../language/words/en";

/** The client's state machine in one word, live. */
export function ConnectionPill() {
  const words = useWords();
  const { status: connection, reconnect } = useConnection();
  const state = connection.status === "idle" ? "connecting" : connection.status;
  const hint = hintOf(connection, words.connection);
  const waiting = useOfflineCalls().filter(({ status }) => status === "queued").length;
  const canRetry = state === "refused" || state === "closed";
  return (
    <div className="pill" data-state={state} data-testid="connection" title={hint}>
      <span className="dot" aria-hidden="true" />
      <span role="status">
        <span className="visually-hidden">{words.connection.label}: </span>
        <span className="pill-text">{words.connection[state]}</span>
        {"attempt" in connection && connection.attempt > 1 && (
          <span className="pill-detail"> {words.connection.attempt(connection.attempt)}</span>
        )}
        {waiting > 0 && (
          <span className="pill-detail" data-testid="waiting-calls">
            {" "}
            {words.connection.waiting(waiting)}
          </span>
        )}
      </span>
      {canRetry && (
        <button type="button" className="link" onClick={reconnect}>
          {words.connection.tryAgain}
        </button>
      )}
    </div>
  );
}

/** What there is to say beyond the one word. */
function hintOf(connection: ConnectionStatus, words: Words["connection"]): string | undefined {
  if (connection.status === "refused") return connection.closing === "session-replaced" ? words.replaced : connection.message;
  if (connection.status === "connected") return connection.isWebSocketFailing ? words.noWebSocket : undefined;
  return "closing" in connection && connection.closing !== undefined ? words.endedByServer(connection.closing) : undefined;
}
