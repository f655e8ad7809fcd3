/** What `benches/state/app/src/notes` and `rows` have, as the generator would write it. */

export interface Mutations {
  readonly notes: {
    readonly add: { readonly v1: { readonly args: { readonly id: string; readonly text: string }; readonly scope: `notes-${string}` } };
  };
}

export interface Entities {
  readonly note: {
    readonly data: { readonly id: string; readonly text: string; readonly count: number };
    readonly key: "id";
    readonly scope: `notes-${string}`;
  };
  readonly row: {
    readonly data: { readonly id: number; readonly list: string; readonly text: string; readonly count: number };
    readonly key: "id";
    readonly scope: `rows-${string}`;
  };
}
