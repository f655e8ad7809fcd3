import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    // Each file has a server of its own; two side by side leave the machine to the tests.
    maxWorkers: 2,
    // Outer limits only: every step waits for what it expects, and fails on its own after 10 s.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
