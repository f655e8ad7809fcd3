/** A page in memory, to render into: a new one for each test of the file that asks for it. */
import { act, StrictMode, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach } from "vitest";

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

export interface Dom {
  /** What the test of now renders into. */
  readonly container: HTMLElement;
  /** Renders as an app in development does: everything twice. */
  show(page: ReactNode): Promise<void>;
}

/** Makes the page before each test, and unmounts it after; the file says `// @vitest-environment happy-dom`. */
export function domForEachTest(): Dom {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  let root: Root;
  let container: HTMLElement;
  beforeEach(() => {
    container = document.createElement("div");
    root = createRoot(container);
  });
  afterEach(() => act(async () => root.unmount()));
  return {
    get container() {
      return container;
    },
    show: (page) => act(async () => root.render(<StrictMode>{page}</StrictMode>)),
  };
}
