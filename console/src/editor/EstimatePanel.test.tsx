import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { queries } from "../api/queries";
import type { Estimate } from "../api/types";
import { InEnglish } from "../components/InEnglish";
import { emptyDraft, type Draft } from "./draft";
import { EstimatePanel } from "./EstimatePanel";

// The client takes the browser's fetch when it is made.
const requests = vi.hoisted(() => {
  const fetched = vi.fn<(request: Request) => Promise<Response>>();
  vi.stubGlobal("fetch", fetched);
  return fetched;
});

const price = { usd: 0.04048, asOf: "2026-09-29", source: "https://aws.amazon.com/fargate/pricing/" };
const ESTIMATE = {
  workers: 3,
  vcpu: 6,
  memoryGb: 12,
  spot: false,
  durationMs: 450_000,
  dollars: 1.25,
  complete: false,
  items: [
    { region: "us-east-1", item: "fargateVcpuHour", quantity: 0.5, unit: "vCPU-hour", dollars: 0.02, price },
    { region: "us-east-1", item: "egressGb", quantity: null, unit: "GB", dollars: null, price: null },
  ],
  quotas: [
    { region: "us-east-1", name: "Fargate On-Demand vCPU resource count", code: "L-3032A538", needed: 8, quota: 6, used: 0, shortfall: 2 },
    { region: null, name: "memory in GB", code: null, needed: 8, quota: 16, used: 0, shortfall: 0 },
  ],
  assumptions: {},
} as unknown as Estimate;

function show(draft: Draft) {
  render(
    <QueryClientProvider client={queries}>
      <InEnglish>
        <EstimatePanel draft={draft} />
      </InEnglish>
    </QueryClientProvider>,
  );
}

function draftFor(url: string): Draft {
  const draft = emptyDraft("us-east-1");
  return { ...draft, http: { ...draft.http, requests: draft.http.requests.map((request) => ({ ...request, url })) } };
}

describe("the estimate", () => {
  beforeEach(() => {
    requests.mockReset();
    requests.mockImplementation(() => Promise.resolve(Response.json(ESTIMATE)));
  });
  afterEach(() => queries.clear());

  it("says what a run costs at least, and what is missing for it", async () => {
    show(draftFor("https://shop.example/"));
    expect(await screen.findByText("at least $1.25")).toBeTruthy();
    expect(screen.getByText("us-east-1: 2 missing")).toBeTruthy();
    expect(screen.getByText(/8 needed, 6 in all, 0 in use. Ask for more in Service Quotas \(L-3032A538\)/)).toBeTruthy();
    expect(screen.getByText("This machine: 8 of 16 GB")).toBeTruthy();
    expect(screen.getByRole("link", { name: "$0.02" }).getAttribute("href")).toBe(price.source);
    expect(screen.getByText(/not known beforehand/)).toBeTruthy();
  });

  it("needs no name, and asks nothing before it is said what to send", async () => {
    show(draftFor("https://shop.example/"));
    await screen.findByText("at least $1.25");
    const [asked] = requests.mock.calls[0] ?? [];
    expect(((await asked?.json()) as { name: string }).name).toBe("Estimate");
    requests.mockClear();
    document.body.innerHTML = "";
    show(draftFor(""));
    expect(screen.getByText("Comes when the fields above are filled in.")).toBeTruthy();
    expect(requests).not.toHaveBeenCalled();
  });
});
