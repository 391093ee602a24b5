/** The pages of this area, below `/dashboards`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const dashboardsRoutes: RouteObject[] = [
  { index: true, lazy: () => import("./list/ListPage") },
  { path: ":id", lazy: () => import("./view/DashboardPage") },
  { path: ":id/edit", lazy: () => import("./edit/EditPage") },
];
