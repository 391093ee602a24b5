/** The pages of this area, below `/dashboards`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";
import { loadCharts } from "@/components/chart/load";

export const dashboardsRoutes: RouteObject[] = [
  { index: true, lazy: () => import("./list/ListPage") },
  { path: ":id", lazy: viewWithCharts },
  { path: ":id/edit", lazy: () => import("./edit/EditPage") },
];

/** Nearly every dashboard has charts: they are loaded beside the page and its data, not after them. */
function viewWithCharts() {
  void loadCharts();
  return import("./view/DashboardPage");
}
