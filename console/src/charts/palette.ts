/** What a line stands for; the same wherever it is drawn. */
export type Tone = "users" | "requests" | "failures" | "p50" | "p95" | "p99" | "base" | "candidate" | "grid";

export const LIGHT: Record<Tone, string> = {
  users: "#6237a7",
  requests: "#096f64",
  failures: "#ba2e0f",
  p50: "#3759ce",
  p95: "#b1590d",
  p99: "#962249",
  base: "#656871",
  candidate: "#006ce0",
  grid: "#d5dbdb",
};

export const DARK: Record<Tone, string> = {
  users: "#c3a5f5",
  requests: "#2ea597",
  failures: "#fe6e73",
  p50: "#8da6f2",
  p95: "#f89256",
  p99: "#f47ea2",
  base: "#a4a4ad",
  candidate: "#42b4ff",
  grid: "#414d5c",
};

export function colour(tone: Tone): string {
  return (isDark() ? DARK : LIGHT)[tone];
}

export function isDark(): boolean {
  return document.body.classList.contains("awsui-dark-mode");
}

/** Calls back when the page may have become light or dark, until the answer is called. */
export function watchMode(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return () => observer.disconnect();
}
