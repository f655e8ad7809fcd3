/** How soon a second page shows what somebody has done in a first one. */
import { chromium } from "playwright-core";
import type { Cell } from "./cell.ts";
import { LAUNCH, OpenPage } from "./page.ts";
import { printTable, quantile, row, type Target } from "./table.ts";

/** How many notes a list has; all of them are shown. */
const NOTES = 100;
/** How many mutations there are in each round, one after the other. */
const TIMES = 200;

interface Round {
  /** Of each mutation, from when it was asked for until it was shown. */
  readonly whole: number[];
  /** Until the poke about it came to the other page. */
  readonly there: number[];
  /** From then on. */
  readonly shown: number[];
}

export async function pokes({ server, page, options }: Cell): Promise<readonly Target[]> {
  const times = options.times(TIMES);
  const notes = Array.from({ length: NOTES }, (_, index) => ({ id: `n${index}`, text: `note ${index}` }));
  const rounds: Round[] = [];
  const browser = await chromium.launch(LAUNCH);
  try {
    for (let round = 0; round <= options.rounds; round += 1) {
      const scope = `notes-pokes-${round}`;
      await server.add(scope, notes);
      // Two people, who share nothing but the machine.
      const comes = async () => OpenPage.open(await browser.newContext(), page.urlOf(scope));
      const figures = await between(await comes(), await comes(), notes, times);
      if (round > 0) rounds.push(figures);
      for (const context of browser.contexts()) await context.close();
    }
  } finally {
    await browser.close();
  }
  const of = (part: keyof Round, share: number) => rounds.map((figures) => quantile(figures[part], share));
  const both = (what: string, part: keyof Round) => row(what, of(part, 0.5), of(part, 0.99));
  printTable(
    `From one page to another, a list of ${NOTES} notes, ${times} mutations one after the other, ${options.rounds} rounds; milliseconds`,
    ["", "p50", "middle half", "p99", "middle half"],
    [
      both("`mutate` to shown in the other page", "whole"),
      both("`mutate` to the poke's arrival there", "there"),
      both("the poke's arrival to shown", "shown"),
    ],
  );
  return [{ what: "poke to applied and shown in a second page, p50, ms", must: 20, aim: 8, measured: of("shown", 0.5) }];
}

/** Changes notes in the first page, one when the other is done, and looks when the second one shows it. */
async function between(first: OpenPage, second: OpenPage, notes: readonly { id: string; text: string }[], times: number): Promise<Round> {
  const ahead = (await first.openedAt()) - (await second.openedAt());
  const round: Round = { whole: [], there: [], shown: [] };
  for (let time = 0; time < times; time += 1) {
    const note = notes[(time * 7) % notes.length];
    if (note === undefined) break;
    // It has counted when it was added.
    const awaited = { ...note, count: 2 + Math.floor(time / notes.length) };
    const shown = second.ask(async (seen, { id, count }) => ({ at: await seen.shown(id, count), poked: seen.poked }), awaited);
    const asked = await first.ask(async (seen, { id, text }) => {
      const now = performance.now();
      await seen.mutate(id, text).settled;
      return now;
    }, note);
    const { at, poked } = await shown;
    round.whole.push(at - asked - ahead);
    round.there.push(poked - asked - ahead);
    round.shown.push(at - poked);
  }
  return round;
}
