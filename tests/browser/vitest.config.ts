import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    // Each file has a server and a browser of its own; with three side by side, two cores are busy and no test waits for long.
    maxWorkers: 3,
    // Outer limits only: every step waits for what it expects, and fails on its own after 10 s.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
