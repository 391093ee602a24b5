/** The pages of this area, below `/dashboards`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const dashboardsRoutes: RouteObject[] = [];
