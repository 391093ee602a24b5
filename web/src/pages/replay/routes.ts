/** The pages of this area, below `/replay`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const replayRoutes: RouteObject[] = [
  { index: true, lazy: () => import("./ReplaysPage") },
  { path: "new", lazy: () => import("./NewReplayPage") },
  { path: ":id", lazy: () => import("./ReplayPage") },
];
