/** The pages of this area, below `/experiments`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const experimentsRoutes: RouteObject[] = [];
