/** Tables as `docs/benchmarks.md` shows them; `benches/harness/table.rs` and `target.rs` do the same for the others. */

/** What is to be reached, in milliseconds, and how far that is. */
export interface Target {
  readonly what: string;
  readonly must: number;
  readonly aim: number;
  /** The figure in each round. */
  readonly measured: readonly number[];
}

/** What `share` of `values` is below: 0.5 is the median, 1 the largest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place % 1);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A row of a table: the median over the rounds, and what the middle half of them lies between. */
export function row(what: string, ...figures: readonly (readonly number[])[]): readonly string[] {
  return [what, ...figures.flatMap((measured) => [digits(median(measured)), middleHalf(measured)])];
}

export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[0] ?? "").padEnd(width) : (cells[column] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? `|-${"-".repeat(width)}-|` : `-${"-".repeat(width)}:|`)).join("");
  console.log([`### ${title}`, "", line(head), rule, ...rows.map(line), ""].join("\n"));
}

export function printTargets(targets: readonly Target[]): void {
  const rows = targets.map(({ what, must, aim, measured }) => {
    const middle = median(measured);
    const verdict = middle <= aim ? "aim" : middle <= must ? "must" : "**missed**";
    return [what, `≤ ${must}`, `≤ ${aim}`, digits(middle), middleHalf(measured), verdict];
  });
  printTable("Targets", ["", "must", "aim", "measured", "middle half", "verdict"], rows);
}

/** Three digits, which are all that a measurement is good for. */
function digits(number: number): string {
  if (number < 9.995) return number.toFixed(2);
  return number < 99.95 ? number.toFixed(1) : number.toFixed(0);
}

function middleHalf(values: readonly number[]): string {
  return `${digits(quantile(values, 0.25))} to ${digits(quantile(values, 0.75))}`;
}
