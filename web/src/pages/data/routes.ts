/** The pages of this area, below `/data`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const dataRoutes: RouteObject[] = [];
