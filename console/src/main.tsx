import "@cloudscape-design/global-styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";

import { queries } from "./api/queries";
import { readConfig, type Config } from "./app/config";
import { cookieLogin } from "./app/cookie";
import { LoginProvider, type Login } from "./app/login";
import { createRouter, fetchPage } from "./app/routes";
import { watchSession } from "./app/session";
import { LanguageProvider, loadPreferredCatalogue } from "./i18n/language";

/** Null where the reader is on the way to log in. What is not needed is not loaded. */
async function logIn(config: Config): Promise<Login | null> {
  if (config.auth === "cognito") return (await import("./app/cognito")).logIn(config);
  return config.auth === "oidc" ? (await import("./app/oidc")).logIn(config) : cookieLogin();
}

async function start(root: HTMLElement): Promise<void> {
  fetchPage(window.location.pathname);
  const [catalogue, config] = await Promise.all([loadPreferredCatalogue(), readConfig()]);
  const login = await logIn(config);
  if (login === null) return;
  watchSession();
  const router = createRouter();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider initial={catalogue}>
          <LoginProvider value={login}>
            <RouterProvider router={router} />
          </LoginProvider>
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
start(root).catch((error: unknown) => {
  root.setAttribute("role", "alert");
  root.textContent = `Oleada: ${error instanceof Error ? error.message : String(error)}`;
});
