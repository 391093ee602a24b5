/** The pages of this area, below `/fraud`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const fraudRoutes: RouteObject[] = [];
