import { sync } from "../_sockets/syncRequest";

/** Calls back when the server may answer again: the network is back, the tab is looked at, the socket got through. Returns its own undo. */
export function onChance(chance: () => void): () => void {
  let wasConnected = sync.status.getSnapshot().status === "connected";
  const lookAtSocket = () => {
    const isConnected = sync.status.getSnapshot().status === "connected";
    if (isConnected && !wasConnected) chance();
    wasConnected = isConnected;
  };
  const lookAtTab = () => {
    if (document.visibilityState === "visible") chance();
  };
  window.addEventListener("online", chance);
  window.addEventListener("pageshow", chance);
  document.addEventListener("visibilitychange", lookAtTab);
  const forgetSocket = sync.status.subscribe(lookAtSocket);
  return () => {
    window.removeEventListener("online", chance);
    window.removeEventListener("pageshow", chance);
    document.removeEventListener("visibilitychange", lookAtTab);
    forgetSocket();
  };
}
