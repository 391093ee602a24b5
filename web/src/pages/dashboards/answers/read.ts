/** The readers of all that widgets ask, by the name of the question. */
import { questionOf, type Widget } from "../model";
import { readAlerts } from "./alerts";
import { readBreakdown } from "./breakdown";
import { readCohorts } from "./fraud/cohorts";
import { readConfusion } from "./fraud/confusion";
import { readDrift } from "./fraud/drift";
import { readFraudMetrics } from "./fraud/metrics";
import { readFraudTrends } from "./fraud/trends";
import { readMetric } from "./metrics";
import { readPipelines } from "./pipeline";
import { readProducts } from "./products";
import { readQuality } from "./quality";
import { readSegments } from "./segments";
import type { Reader, Shown } from "./shown";

const READERS: Readonly<Record<string, Reader>> = {
  metrics: readMetric,
  "metrics/group_by": readBreakdown,
  products: readProducts,
  segments: readSegments,
  quality: readQuality,
  alerts: readAlerts,
  pipeline: readPipelines,
  "fraud/metrics": readFraudMetrics,
  "fraud/trends": readFraudTrends,
  "fraud/cohorts": readCohorts,
  "fraud/confusion-matrix": readConfusion,
  "fraud/drift": readDrift,
};

/** Returns what a widget shows of its answer; null if the answer is not what its source returns. */
export function shownOf(widget: Widget, answer: unknown): Shown | null {
  try {
    return READERS[questionOf(widget)]?.(answer, widget) ?? null;
  } catch {
    return null;
  }
}
