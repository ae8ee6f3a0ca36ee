import { lazy, type ComponentType } from "react";
import { createBrowserRouter } from "react-router";

import { readAhead } from "./readAhead";
import { Frame } from "./Frame";

/** A page whose first figures are asked for together with its code. */
const ahead = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(() => {
    readAhead(new URL(window.location.href));
    return load();
  });

const Home = ahead(() => import("../pages/Home"));
const Scenarios = ahead(() => import("../pages/Scenarios"));
const Editor = lazy(() => import("../pages/Editor"));
const Scenario = lazy(() => import("../pages/Scenario"));
const Compare = lazy(() => import("../pages/Compare"));
const Run = ahead(() => import("../pages/Run"));
const Validation = lazy(() => import("../pages/Validation"));
const Regions = lazy(() => import("../pages/Regions"));
const NotFound = lazy(() => import("../pages/NotFound"));

export const createRouter = () =>
  createBrowserRouter([
    {
      element: <Frame />,
      children: [
        { path: "/", element: <Home /> },
        { path: "/scenarios", element: <Scenarios /> },
        { path: "/scenarios/new", element: <Editor /> },
        { path: "/scenarios/:scenarioId", element: <Scenario /> },
        { path: "/scenarios/:scenarioId/edit", element: <Editor /> },
        { path: "/runs/:runId", element: <Run /> },
        { path: "/runs/:runId/validation", element: <Validation /> },
        { path: "/compare", element: <Compare /> },
        { path: "/settings/regions", element: <Regions /> },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);

/** Fetches the code of the pages that people begin at, while it is not yet known who is there. */
export function fetchPage(pathname: string): void {
  if (pathname === "/") void import("../pages/Home");
  else if (pathname === "/scenarios") void import("../pages/Scenarios");
  else if (pathname.startsWith("/runs/")) void import("../pages/Run");
}
