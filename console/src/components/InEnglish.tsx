import type { ReactNode } from "react";

import { en } from "../i18n/en";
import { LanguageProvider } from "../i18n/language";

/** For tests: what is around every component. */
export function InEnglish({ children }: { children: ReactNode }) {
  return <LanguageProvider initial={{ language: "en", messages: en, components: [] }}>{children}</LanguageProvider>;
}
