/** Drift of features: those that drift most, their index over time, or a table. */
import * as z from "zod/mini";
import { bars, linesOverTime, shares } from "@/components/chart/options";
import { formatNumber, formatPercent } from "@/format/numbers";
import { numberCell, stateCell } from "../cells";
import { exactly, maybe, type Reader, type Tone, type View } from "../shown";
import { text as t } from "@/text/dashboards";

const feature = z.looseObject({
  featureName: z.string(),
  psi: z.number(),
  klDivergence: z.number(),
  driftSeverity: z.string(),
  insufficientData: z.boolean(),
  criticalValue: maybe(z.number()),
  count: z.number(),
  baselineCount: z.number(),
  attributionShare: maybe(z.number()),
  history: z.array(z.looseObject({ timestamp: z.string(), psi: z.nullable(z.number()) })),
});
const schema = z.looseObject({
  dataFreshness: z.string(),
  provisional: z.boolean(),
  modelVersion: maybe(z.string()),
  driftMetrics: z.array(feature),
});
type Feature = z.infer<typeof feature>;

const ON_CARD = 6;
const SHOWN_AT_FIRST = 5;
const SEVERITIES: Readonly<Record<string, Tone>> = {
  none: "good",
  low: "warning",
  medium: "warning",
  high: "bad",
};
const index = {
  format: (value: number | null) => formatNumber(value, 4),
  axis: (value: number | null) => formatNumber(value, 2),
};

export const readDrift: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  const features = [...found.driftMetrics].sort((one, other) => other.psi - one.psi);
  const scarce = features.filter(({ insufficientData }) => insufficientData).length;
  return {
    view: (VIEWS[type] ?? table)(features),
    at: found.dataFreshness,
    provisional: found.provisional,
    notes: scarce > 0 ? [t.drift.insufficient(formatNumber(scarce))] : [],
  };
};

const VIEWS: Partial<Record<string, (features: readonly Feature[]) => View>> = {
  metric_card: (features) => ({
    kind: "card",
    figures: features.slice(0, ON_CARD).map((each) => ({
      label: each.featureName,
      value: index.format(each.psi),
      exact: exactly(each.psi),
      hint: severityOf(each),
    })),
  }),
  line_chart: (features) => ({
    kind: "chart",
    drawn: linesOverTime(
      features.map(({ featureName, history }) => ({
        name: featureName,
        points: history.map(({ timestamp, psi }) => [timestamp, psi] as const),
      })),
      {
        ...index,
        timeZone: "UTC",
        shown: features.slice(0, SHOWN_AT_FIRST).map(({ featureName }) => featureName),
      },
    ),
  }),
  bar_chart: (features) => ({
    kind: "chart",
    drawn: bars(
      features.map((each) => ({ name: each.featureName, values: [each.psi], isOpen: each.insufficientData })),
      { names: [t.drift.psi], horizontal: true, ...index },
    ),
  }),
  pie_chart: (features) => ({
    kind: "chart",
    drawn: shares(
      features.map((each) => ({
        name: each.featureName,
        value: each.attributionShare ?? 0,
        share: formatPercent(each.attributionShare, 2),
      })),
      { format: (value) => formatPercent(value, 2) },
    ),
  }),
};

function table(features: readonly Feature[]): View {
  return {
    kind: "table",
    columns: [
      { title: t.drift.feature },
      { title: t.drift.psi, isNumber: true },
      { title: t.drift.critical, isNumber: true },
      { title: t.drift.severity },
      { title: t.drift.count, isNumber: true },
      { title: t.drift.baseline, isNumber: true },
      { title: t.drift.attribution, isNumber: true },
    ],
    rows: features.map((each) => [
      each.featureName,
      numberCell(each.psi, index.format),
      numberCell(each.criticalValue, index.format),
      each.insufficientData
        ? { text: t.drift.tooFew, tone: "neutral" }
        : stateCell(each.driftSeverity, t.drift.severities, SEVERITIES),
      numberCell(each.count),
      numberCell(each.baselineCount),
      numberCell(each.attributionShare, (value) => formatPercent(value, 2)),
    ]),
  };
}

function severityOf({ insufficientData, driftSeverity }: Feature): string {
  return insufficientData ? t.drift.tooFew : (t.drift.severities[driftSeverity] ?? driftSeverity);
}
