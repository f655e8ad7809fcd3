/**
 * What durable data costs in a browser: how soon a second page shows what a first one did, how soon a page shows what somebody has written in a
 * Postgres, and how a page is with ten thousand entities.
 *
 * The server is the one of `scripts/bench state`, a process of its own whose disk is a real one; the page (`page/`) is built for production and
 * shows a list with the hooks that an app has. Nothing is pinned: a browser has several processes, and shares the cores with the server as on a
 * developer's machine.
 *
 * ```text
 * scripts/bench client
 * scripts/bench client --cell pokes     # or rows, entities
 * scripts/bench client --quick          # whether it runs; the figures are good for nothing
 * ```
 */
import { entities } from "./entities.ts";
import { readOptions } from "./options.ts";
import { servePage } from "./page.ts";
import { pokes } from "./pokes.ts";
import { rows } from "./rows.ts";
import { startServer } from "./server.ts";
import { printTargets, type Target } from "./table.ts";

const CELLS = { pokes, rows, entities };

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, Object.keys(CELLS));
  const server = await startServer();
  const page = await servePage(server.port);
  const targets: Target[] = [];
  try {
    for (const [name, measure] of Object.entries(CELLS)) {
      if (!options.wants(name)) continue;
      console.error(name);
      targets.push(...(await measure({ server, page, options })));
    }
    printTargets(targets);
  } finally {
    await page.close();
    server.stop();
  }
}
