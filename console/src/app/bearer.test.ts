import { beforeEach, describe, expect, it } from "vitest";

import { goOnAt, here, isBack } from "./bearer";

const at = (address: string) => window.history.replaceState(null, "", address);

beforeEach(() => at("/"));

describe("the way back from a login", () => {
  it("leads to where it began", () => {
    at("/runs/run_1?tab=errors");
    const began = here();
    at("/?code=c&state=s");
    expect(isBack()).toBe(true);
    goOnAt(began);
    expect(here()).toBe("/runs/run_1?tab=errors");
  });

  it.each(["https://evil.example/x", "//evil.example/x", "javascript:alert(1)", null, 7])("leads nowhere else: %j", (state) => {
    at("/?code=c&state=s");
    goOnAt(state);
    expect(window.location.origin + here()).toBe(`${window.location.origin}/`);
  });

  it("is none without a code, and tells an error of the issuer", () => {
    expect(isBack()).toBe(false);
    at("/?error=access_denied&error_description=Not+in+a+group");
    expect(isBack).toThrow("Not in a group");
  });
});
