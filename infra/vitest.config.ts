import { defineConfig } from "vitest/config";

export default defineConfig({
  // One process: the stacks are synthesised once and read by all.
  test: { include: ["tests/**/*.test.ts"], isolate: false, maxWorkers: 1, testTimeout: 60_000, hookTimeout: 60_000 },
});
