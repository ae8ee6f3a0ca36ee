import I18nProvider, { type I18nProviderProps } from "@cloudscape-design/components/i18n";
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";

import { en, type Messages } from "./en";
import { Format } from "./format";
import { localeOf } from "./locale";

export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Catalogue {
  language: Language;
  messages: Messages;
  /** What Cloudscape's own components say. */
  components: I18nProviderProps["messages"];
}

const KEPT_AS = "oleada.language";

/** The language that was chosen here before, or else the first of the browser's that there is. */
export function preferredLanguage(kept: string | null, browser: readonly string[]): Language {
  const known = (tag: string) => LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
  return (kept ? known(kept) : undefined) ?? browser.map(known).find((found) => found !== undefined) ?? "en";
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  if (language === "es") {
    const [{ es }, components] = await Promise.all([
      import("./es"),
      import("@cloudscape-design/components/i18n/messages/all.es"),
    ]);
    return { language, messages: es, components: [components.default] };
  }
  const components = await import("@cloudscape-design/components/i18n/messages/all.en");
  return { language, messages: en, components: [components.default] };
}

export function loadPreferredCatalogue(): Promise<Catalogue> {
  return loadCatalogue(preferredLanguage(localStorage.getItem(KEPT_AS), navigator.languages));
}

interface Speech {
  language: Language;
  messages: Messages;
  format: Format;
  choose(language: Language): Promise<void>;
}

const Context = createContext<Speech | null>(null);

export function LanguageProvider({ initial, children }: { initial: Catalogue; children: ReactNode }) {
  const [{ language, messages, components }, setCatalogue] = useState(initial);
  const speech = useMemo<Speech>(() => {
    document.documentElement.lang = language;
    return {
      language,
      messages,
      format: new Format(localeOf(language)),
      choose: async (chosen) => {
        const catalogue = await loadCatalogue(chosen);
        localStorage.setItem(KEPT_AS, chosen);
        setCatalogue(catalogue);
      },
    };
  }, [language, messages]);
  return (
    <I18nProvider locale={language} messages={components}>
      <Context value={speech}>{children}</Context>
    </I18nProvider>
  );
}

function useSpeech(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error("there is no LanguageProvider above");
  return speech;
}

export const useMessages = (): Messages => useSpeech().messages;
export const useFormat = (): Format => useSpeech().format;
export const useLanguage = (): Pick<Speech, "language" | "choose"> => useSpeech();
