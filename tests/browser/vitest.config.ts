import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    // Each file has a server and a browser of its own; two side by side leave the machine to the tests, which wait most of the time.
    maxWorkers: 2,
    // Outer limits only: every step waits for what it expects, and fails on its own after 10 s.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
