/** The tabs of one browser that have the same store: one of them speaks with the server, and tells the others. */

/** What the others are to each other. */
export interface Tabs {
  /** Tells all others; what it says can be cloned. */
  readonly tell: (message: unknown) => void;
  /** Calls back for what others tell; the last one counts. */
  onHeard: (heard: (message: unknown) => void) => void;
  /** Calls back once, when this tab leads. */
  onLead: (lead: () => void) => void;
  readonly close: () => void;
}

/** The tabs that have the store of this name; a tab is alone where the browser does not connect them. */
export function browserTabs(name: string): Tabs {
  const isConnected = typeof BroadcastChannel !== "undefined" && typeof navigator !== "undefined" && "locks" in navigator;
  return isConnected ? connectedTabs(name) : aloneTab();
}

/** A tab that knows of no other. */
export function aloneTab(): Tabs {
  return { tell: () => {}, onHeard: () => {}, onLead: lead => queueMicrotask(lead), close: () => {} };
}

function connectedTabs(name: string): Tabs {
  const channel = new BroadcastChannel(name);
  const end = new AbortController();
  let letGo = (): void => {};
  return {
    tell: message => channel.postMessage(message),
    onHeard: heard => {
      channel.onmessage = ({ data }) => heard(data);
    },
    onLead: lead => {
      const leading = async (): Promise<void> => {
        // Chromium hands out what was given up in the turn in which it was asked for.
        if (end.signal.aborted) return;
        lead();
        await new Promise<void>(resolve => (letGo = resolve));
      };
      // Given up when this is closed.
      navigator.locks.request(`${name} leader`, { signal: end.signal }, leading).catch(() => {});
    },
    close: () => {
      channel.close();
      end.abort();
      letGo();
    },
  };
}
