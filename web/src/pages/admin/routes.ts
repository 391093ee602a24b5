/** The pages of this area, below `/admin`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const adminRoutes: RouteObject[] = [];
