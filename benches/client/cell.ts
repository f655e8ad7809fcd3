/** What a cell measures with. */
import type { Options } from "./options.ts";
import type { ServedPage } from "./page.ts";
import type { Server } from "./server.ts";

export interface Cell {
  readonly server: Server;
  readonly page: ServedPage;
  readonly options: Options;
}
