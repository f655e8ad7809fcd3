/** A page with ten thousand entities: how soon it shows them, and how soon it shows a change of one. */
import type { Cell } from "./cell.ts";
import { launch, OpenPage } from "./page.ts";
import { median, printTable, row, type Target } from "./table.ts";

const ENTITIES = 10_000;
/** How many mutations there are in each round, one after the other. */
const TIMES = 50;

export async function entities({ server, page, options }: Cell): Promise<readonly Target[]> {
  const scope = "notes-many";
  const url = page.urlOf(scope);
  const ids = Array.from({ length: ENTITIES }, (_, index) => `n${String(index).padStart(5, "0")}`);
  await server.add(scope, ids.map((id) => ({ id, text: textOf(id) })));
  const sorted = [...ids].sort((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
  const counts = new Map<string, number>();
  /** Changes a note that is on the screen: the count that it has then. */
  const next = (time: number): { id: string; text: string; count: number } => {
    const id = sorted[(time * 7) % 50] ?? "";
    const count = (counts.get(id) ?? 1) + 1;
    counts.set(id, count);
    return { id, text: textOf(id), count };
  };

  let time = 0;
  /** Changes a note in a page, and returns how long it took to be shown there. */
  const mutate = (page: OpenPage): Promise<number> =>
    page.ask(async (seen, { id, text, count }) => {
      const at = performance.now();
      const { settled } = seen.mutate(id, text);
      const shown = await seen.shown(id, count);
      await settled;
      return shown - at;
    }, next((time += 1)));
  /** Somebody else changes a note; returns how long it took from the poke on. */
  const hear = async (page: OpenPage): Promise<number> => {
    const { id, text, count } = next((time += 1));
    const shown = page.ask(async (seen, { id, count }) => (await seen.shown(id, count)) - seen.poked, { id, count });
    await server.add(scope, [{ id, text }]);
    return shown;
  };

  const figures = { visits: [] as number[], openings: [] as number[], own: [] as number[], others: [] as number[], where: [] as number[] };
  for (let round = 0; round <= options.rounds; round += 1) {
    const browser = await launch();
    try {
      const visit = await OpenPage.open(browser.context, url);
      const visited = await visit.first();
      await visit.isKept(scope);
      await visit.page.close();
      const again = await OpenPage.open(browser.context, url);
      const opened = await again.first();
      const [own, others, where] = [[] as number[], [] as number[], [] as number[]];
      for (let done = 0; done < options.times(TIMES); done += 1) {
        own.push(await mutate(again));
        others.push(await hear(again));
      }
      await again.ask((seen) => seen.show(true), null);
      for (let done = 0; done < options.times(TIMES); done += 1) where.push(await mutate(again));
      if (round === 0) continue;
      figures.visits.push(visited);
      figures.openings.push(opened);
      figures.own.push(median(own));
      figures.others.push(median(others));
      figures.where.push(median(where));
    } finally {
      await browser.close();
    }
  }
  printTable(
    `A page with ${ENTITIES.toLocaleString("en")} notes, sorted, of which it shows 100; ${options.rounds} rounds; milliseconds`,
    ["", "measured", "middle half"],
    [
      row("opened for the first time: the snapshot to shown", figures.visits),
      row("opened again: shown from IndexedDB", figures.openings),
      row("`mutate` to shown", figures.own),
      row("`mutate` to shown, with a `where` that is another function with each render", figures.where),
      row("the poke of somebody else's change to shown", figures.others),
    ],
  );
  return [
    { what: "10,000 entities in IndexedDB, page open to shown, ms", must: 500, aim: 200, measured: figures.openings },
    { what: "10,000 entities, one mutation to shown, ms", must: 16, aim: 4, measured: figures.own },
  ];
}

/** About a hundred characters, in an order that has nothing to do with that of the keys. */
function textOf(id: string): string {
  const shuffled = String((Number(id.slice(1)) * 7_919) % ENTITIES).padStart(5, "0");
  return `${shuffled}: a note that says about as much as somebody writes in a moment, and then a few words more`;
}
