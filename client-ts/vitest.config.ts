import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Two tests that start compilers or servers side by side only slow each other down on a small machine.
    maxWorkers: 2,
  },
});
