import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useCallback, useEffect, useState } from "react";

export const APPEARANCES = ["system", "light", "dark"] as const;
export type Appearance = (typeof APPEARANCES)[number];

const KEPT_AS = "oleada.appearance";
const prefersDark = () => window.matchMedia("(prefers-color-scheme: dark)");

function kept(): Appearance {
  const text = localStorage.getItem(KEPT_AS);
  return APPEARANCES.find((appearance) => appearance === text) ?? "system";
}

export function useAppearance() {
  const [appearance, setAppearance] = useState(kept);
  const [systemIsDark, setSystemIsDark] = useState(() => prefersDark().matches);

  useEffect(() => {
    const query = prefersDark();
    const follow = () => setSystemIsDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);

  const isDark = appearance === "dark" || (appearance === "system" && systemIsDark);
  useEffect(() => applyMode(isDark ? Mode.Dark : Mode.Light), [isDark]);

  const choose = useCallback((chosen: Appearance) => {
    localStorage.setItem(KEPT_AS, chosen);
    setAppearance(chosen);
  }, []);
  return { appearance, choose };
}
