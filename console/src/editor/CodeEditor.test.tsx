import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it } from "vitest";

import { es } from "../i18n/es";
import { LanguageProvider } from "../i18n/language";
import CodeEditor from "./CodeEditor";

it("searches in the reader's language", async () => {
  render(
    <LanguageProvider initial={{ language: "es", messages: es, components: [] }}>
      <CodeEditor path="users.csv" text="a,b" />
    </LanguageProvider>,
  );
  await userEvent.click(screen.getByRole("textbox", { name: "Texto de users.csv" }));
  await userEvent.keyboard("{Control>}f{/Control}");
  expect(await screen.findByRole("textbox", { name: "Buscar" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "reemplazar todas" })).toBeTruthy();
});
