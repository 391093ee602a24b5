/** The pages of this area, below `/alerts`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const alertsRoutes: RouteObject[] = [];
