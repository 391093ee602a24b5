/** The pages of this area, below `/replay`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const replayRoutes: RouteObject[] = [];
