/** The pages of this area, below `/data`; each is loaded when it is first visited. */
import type { RouteObject } from "react-router";

export const dataRoutes: RouteObject[] = [
  {
    lazy: () => import("./DataTabs"),
    children: [
      { index: true, lazy: () => import("./DataHome") },
      { path: "import", lazy: () => import("./import/ImportPage") },
      { path: "sources", lazy: () => import("./sources/SourcesPage") },
      { path: "sources/:sourceId", lazy: () => import("./sources/SourcePage") },
      { path: "batches", lazy: () => import("./batches/BatchesPage") },
      { path: "batches/:batchId", lazy: () => import("./batches/BatchPage") },
      { path: "quarantine", lazy: () => import("./quarantine/QuarantinePage") },
      { path: "ledger", lazy: () => import("./ledger/LedgerPage") },
      { path: "quality", lazy: () => import("./quality/QualityPage") },
      { path: "pipelines", lazy: () => import("./pipelines/PipelinesPage") },
    ],
  },
];
