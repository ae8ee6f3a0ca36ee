import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    // Every step of a journey stands on the one before.
    bail: 1,
    sequence: { concurrent: false },
  },
});
