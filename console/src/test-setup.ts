import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// On a busy machine a page takes its time; nothing here depends on how long.
configure({ asyncUtilTimeout: 15_000 });

afterEach(cleanup);

// What jsdom has not, and Cloudscape looks for.
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
