import { defineConfig } from "vitest/config";

const source = { conditions: ["casemate-source"] };

export default defineConfig({
  test: {
    reporters: ["./tools/vitest-reporter.ts"],
    projects: [
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: ["**/*.host.test.ts"],
          pool: "threads",
          isolate: false,
          // For a machine that is busy with something else; a unit test takes milliseconds.
          testTimeout: 30_000,
        },
      },
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: "host",
          include: ["packages/*/src/**/*.host.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
