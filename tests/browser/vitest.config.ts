import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** What takes longest, since it compiles an app, begins first: the others are done beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith("/dev.test.ts");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    sequence: { sequencer: LongestFirst },
    // Each file has a server and a browser of its own; with three side by side, two cores are busy and no test waits for long.
    maxWorkers: 3,
    // Outer limits only: every step waits for what it expects, and fails on its own after 10 s.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
