/**
 * The plugin for Vite: the page asks its server through Vite, and while `cargo sync dev` cannot build what was saved, it says so.
 *
 * It is a program of Node, used in `vite.config.ts` alone; nothing of it is in a page that is built.
 */
import { existsSync, readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Plugin, ProxyOptions } from "vite";
import { overlaySource } from "./overlay";
import { parseStatus, type Status } from "./status";

/** What `syncwright()` can be told. */
export interface SyncwrightOptions {
  /** Where the server listens; what `cargo sync dev` says, or `http://127.0.0.1:3000`. */
  readonly server?: string;
}

/** The paths that the server answers, and not Vite. */
const PATHS = ["api", "auth", "healthz", "metrics", "readyz", "sync"];
/** The module that shows what is wrong. */
const OVERLAY = "/@syncwright/overlay";
/** The event that the module hears, and the one by which it asks how it stands. */
const EVENT = "syncwright:status";
const ASK = "syncwright:ask";
/** How often the status is looked at, in milliseconds: it is replaced, and may be taken away and come back. */
const LOOK_MS = 150;

/**
 * Makes the plugin.
 *
 * ```ts
 * // vite.config.ts
 * export default defineConfig({ plugins: [react(), syncwright()] });
 * ```
 */
export function syncwright(options: SyncwrightOptions = {}): Plugin {
  const server = options.server ?? process.env["SYNC_DEV_SERVER"] ?? "http://127.0.0.1:3000";
  const statusFile = process.env["SYNC_DEV_STATUS"];
  return {
    name: "syncwright",
    config: () => ({
      // The client may come from a folder with a React of its own, and hooks need the page's.
      resolve: { dedupe: ["react", "react-dom"] },
      server: { proxy: proxy(server) },
    }),
    configureServer(vite) {
      if (statusFile === undefined) return;
      watchFile(statusFile, { interval: LOOK_MS, persistent: false }, () => vite.hot.send(EVENT, read(statusFile)));
      vite.httpServer?.once("close", () => unwatchFile(statusFile));
      // Whoever comes is told; the others know, and may have closed what they were shown.
      vite.hot.on(ASK, (_, client) => client.send(EVENT, read(statusFile)));
    },
    resolveId: (id) => (id === OVERLAY ? id : undefined),
    load: (id) => (id === OVERLAY ? overlaySource(EVENT, ASK) : undefined),
    transformIndexHtml: {
      order: "pre",
      handler: (_, { server: vite }) =>
        vite === undefined || statusFile === undefined
          ? []
          : [{ tag: "script", attrs: { type: "module", src: OVERLAY }, injectTo: "head" }],
    },
  };
}

function proxy(server: string): Record<string, ProxyOptions> {
  // `/authors` is a page, `/auth` and what is below it is not.
  const paths = PATHS.map((path): [string, ProxyOptions] => [`^/${path}([/?]|$)`, { target: server }]);
  return Object.fromEntries([...paths, ["/socket.io", { target: server, ws: true }]]);
}

function read(file: string): Status {
  try {
    return parseStatus(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);
  } catch {
    return parseStatus(undefined);
  }
}
