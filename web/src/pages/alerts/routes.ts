/** The pages of this area, below `/alerts`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const alertsRoutes: RouteObject[] = [
  {
    lazy: () => import("./AlertsTabs"),
    children: [
      { index: true, lazy: () => import("./list/AlertsPage") },
      { path: "rules", lazy: () => import("./rules/RulesPage") },
      { path: "rules/new", lazy: () => import("./rule/NewRulePage") },
      { path: "rules/:ruleId", lazy: () => import("./rule/RulePage") },
    ],
  },
];
