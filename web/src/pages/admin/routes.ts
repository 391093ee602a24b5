/** The pages of this area, below `/admin`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const adminRoutes: RouteObject[] = [
  {
    lazy: () => import("./AdminTabs"),
    children: [
      { index: true, lazy: () => import("./AdminHome") },
      { path: "keys", lazy: () => import("./keys/KeysPage") },
      { path: "audit", lazy: () => import("./audit/AuditPage") },
      { path: "policy", lazy: () => import("./policy/PolicyPage") },
    ],
  },
];
