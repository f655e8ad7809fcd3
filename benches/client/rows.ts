/** How soon a page shows what somebody has written in `psql`, 600 transactions a second. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { startPostgres } from "../../tests/node/postgres.ts";
import type { Cell } from "./cell.ts";
import { LAUNCH, OpenPage, servePage } from "./page.ts";
import { startReader } from "./server.ts";
import { printTable, quantile, row, type Target } from "./table.ts";

/** How many rows a list has; all of them are shown. */
const ROWS = 100;
/** How many transactions a second, by how many. */
const RATE = 600;
const WRITERS = 4;
/** How often a writer is told what to write, in milliseconds. */
const EVERY_MS = 5;
/** How long, in seconds. */
const SECONDS = 10;

export async function rows({ options }: Cell): Promise<readonly Target[]> {
  const seconds = options.times(SECONDS);
  const rounds: number[][] = [];
  const data = await mkdtemp(path.join(tmpdir(), "syncwright-rows-"));
  const postgres = await startPostgres();
  const browser = await chromium.launch(LAUNCH);
  try {
    await postgres.run("CREATE TABLE rows (id BIGINT PRIMARY KEY, list TEXT NOT NULL, text TEXT NOT NULL, count INTEGER NOT NULL DEFAULT 0)");
    await postgres.run(`INSERT INTO rows SELECT n, 'shown', 'new' FROM generate_series(1, ${ROWS}) n`);
    const server = await startReader(data, postgres.url);
    const page = await servePage(server.port);
    const shown = await OpenPage.open(await browser.newContext(), page.urlOf("rows-shown", "row"));
    for (let round = 0; round <= options.rounds; round += 1) {
      await shown.ask((seen) => void (seen.said = []), null);
      await write(postgres.url, seconds);
      const said = await shown.ask((seen) => seen.said, null);
      if (round > 0) rounds.push(said);
    }
    await page.close();
    server.stop();
  } finally {
    await browser.close();
    await postgres.stop();
    await rm(data, { recursive: true });
  }
  const of = (share: number) => rounds.map((said) => quantile(said, share));
  const count = rounds.map((said) => said.length);
  printTable(
    `From \`UPDATE\` in \`psql\` to shown, a list of ${ROWS} rows, ${RATE} transactions a second for ${seconds} s, ${options.rounds} rounds; milliseconds`,
    ["", "shown", "middle half", "p50", "middle half", "p99", "middle half"],
    [row("begin of the statement to shown", count, of(0.5), of(0.99))],
  );
  return [
    { what: "`UPDATE` in `psql` to shown in a page, p50, ms", must: 15, aim: 6, measured: of(0.5) },
    { what: "the same, p99, ms", must: 60, aim: 25, measured: of(0.99) },
  ];
}

/** Has some write for a while, each statement a transaction, and waits until the last of it must be shown. */
async function write(url: string, seconds: number): Promise<void> {
  const writers = Array.from({ length: WRITERS }, () => spawn("psql", ["--no-psqlrc", "--quiet", url], { stdio: ["pipe", "ignore", "inherit"] }));
  const [begun, total] = [performance.now(), RATE * seconds];
  let written = 0;
  while (written < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * RATE) / 1000));
    for (; written < due; written += 1) {
      const text = "'at ' || extract(epoch FROM clock_timestamp()) * 1000";
      writers[written % WRITERS]?.stdin.write(`UPDATE rows SET text = ${text} WHERE id = ${1 + ((written * 7) % ROWS)};\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  await Promise.all(writers.map((writer) => (writer.stdin.end(), once(writer, "exit"))));
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
