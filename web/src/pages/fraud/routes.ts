/** The pages of this area, below `/fraud`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const fraudRoutes: RouteObject[] = [
  {
    lazy: () => import("./FraudTabs"),
    children: [
      { index: true, lazy: () => import("./overview/OverviewPage") },
      { path: "live", lazy: () => import("./live/LivePage") },
      { path: "cohorts", lazy: () => import("./cohorts/CohortsPage") },
      { path: "cohorts/compare", lazy: () => import("./cohorts/ComparePage") },
      { path: "cohorts/:cohortId", lazy: () => import("./cohorts/CohortPage") },
      { path: "matrix", lazy: () => import("./matrix/MatrixPage") },
      { path: "drift", lazy: () => import("./drift/DriftPage") },
      { path: "decisions/:decisionId", lazy: () => import("./decision/DecisionPage") },
    ],
  },
];
