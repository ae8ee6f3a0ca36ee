import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running product. */
const product = process.env.OLEADA_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    host: "127.0.0.1",
    proxy: { "/api": product, "/login": product, "/config.json": product },
  },
  build: { target: "es2023", manifest: true, chunkSizeWarningLimit: 1_000 },
  test: {
    environment: "jsdom",
    testTimeout: 60_000,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    server: { deps: { inline: [/@cloudscape-design/] } },
  },
});
