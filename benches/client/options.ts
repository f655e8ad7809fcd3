/** What the command line asks for. */

export interface Options {
  /** How often everything is measured. */
  readonly rounds: number;
  readonly wants: (cell: string) => boolean;
  /** How much is done for one figure: less where it is only to be seen that it runs. */
  readonly times: (usual: number) => number;
}

export function readOptions(args: readonly string[], cells: readonly string[]): Options {
  let [quick, rounds] = [false, 9];
  const wanted = new Set<string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--quick") [quick, rounds] = [true, 2];
    else if (arg === "--rounds") rounds = Number(rest.shift());
    else if (arg === "--cell") wanted.add(rest.shift() ?? "");
    else throw new Error(`\`${arg}\` is no option: expected --quick, --rounds N or --cell NAME, which may be repeated`);
  }
  const unknown = [...wanted].find((cell) => !cells.includes(cell));
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is no cell: expected ${cells.join(" or ")}`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("`--rounds` needs a number");
  return {
    rounds,
    wants: (cell) => wanted.size === 0 || wanted.has(cell),
    times: (usual) => (quick ? Math.ceil(usual / 10) : usual),
  };
}
