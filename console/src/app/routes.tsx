import { lazy } from "react";
import { createBrowserRouter } from "react-router";

import { readAhead } from "../run/readAhead";
import { Frame } from "./Frame";

const Home = lazy(() => import("../pages/Home"));
const Scenarios = lazy(() => import("../pages/Scenarios"));
const Editor = lazy(() => import("../pages/Editor"));
const Scenario = lazy(() => import("../pages/Scenario"));
const Compare = lazy(() => import("../pages/Compare"));
const Run = lazy(() => {
  readAhead(new URL(window.location.href));
  return import("../pages/Run");
});
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
