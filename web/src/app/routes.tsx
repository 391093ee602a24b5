/** The addresses of the pages. Each area lists its own, and is loaded when it is first visited. */
import { adminRoutes } from "@/pages/admin/routes";
import { alertsRoutes } from "@/pages/alerts/routes";
import { dashboardsRoutes } from "@/pages/dashboards/routes";
import { dataRoutes } from "@/pages/data/routes";
import { experimentsRoutes } from "@/pages/experiments/routes";
import { fraudRoutes } from "@/pages/fraud/routes";
import { replayRoutes } from "@/pages/replay/routes";
import { createBrowserRouter, type RouteObject } from "react-router";
import { Home } from "./Home";
import { NotFound } from "./NotFound";
import { PageFailure } from "./PageFailure";
import { Root } from "./Root";
import { Shell } from "./Shell";
import { SignInPage } from "./SignInPage";
import { Waiting } from "@/components/Waiting";

/** The pages of an area, below its path. */
const areas: RouteObject[] = [
  { path: "dashboards", children: dashboardsRoutes },
  { path: "fraud", children: fraudRoutes },
  { path: "experiments", children: experimentsRoutes },
  { path: "replay", children: replayRoutes },
  { path: "alerts", children: alertsRoutes },
  { path: "data", children: dataRoutes },
  { path: "admin", children: adminRoutes },
];

export function createRouter() {
  return createBrowserRouter([
    {
      element: <Root />,
      // While the page at the address is loaded, which comes first.
      hydrateFallbackElement: <Waiting />,
      errorElement: <PageFailure />,
      children: [
        { path: "sign-in", element: <SignInPage /> },
        {
          element: <Shell />,
          children: [
            {
              errorElement: <PageFailure />,
              children: [{ index: true, element: <Home /> }, ...areas, { path: "*", element: <NotFound /> }],
            },
          ],
        },
      ],
    },
  ]);
}
