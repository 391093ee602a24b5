/** The pages of this area, below `/experiments`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const experimentsRoutes: RouteObject[] = [
  { index: true, lazy: () => import("./ExperimentsPage") },
  { path: "new", lazy: () => import("./NewExperimentPage") },
  { path: ":id", lazy: () => import("./ExperimentPage") },
  { path: ":id/edit", lazy: () => import("./EditExperimentPage") },
];
