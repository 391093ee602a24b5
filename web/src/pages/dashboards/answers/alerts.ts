/** Alerts: how many are open by severity, or a table of them. */
import * as z from "zod/mini";
import { formatNumber, ABSENT } from "@/format/numbers";
import { formatAgo } from "@/format/times";
import { numberCell, stateCell } from "./cells";
import { exactly, maybe, type Reader, type Tone, type View } from "./shown";
import { text as t } from "@/text/dashboards";

const alert = z.looseObject({
  alert_id: z.string(),
  title: z.string(),
  description: z.string(),
  severity: z.string(),
  status: z.string(),
  current_value: maybe(z.number()),
  threshold_value: z.number(),
  fired_at: z.string(),
});
const schema = z.looseObject({
  alerts: z.array(alert),
  summary: z.looseObject({
    total: z.number(),
    by_severity: z.record(z.string(), z.number()),
  }),
});
type Answer = z.infer<typeof schema>;

const SEVERITIES: Readonly<Record<string, Tone>> = {
  critical: "bad",
  high: "bad",
  medium: "warning",
  low: "neutral",
};
const STATUSES: Readonly<Record<string, Tone>> = { active: "bad", acknowledged: "warning", resolved: "good" };

export const readAlerts: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  return {
    view: type === "metric_card" ? card(found) : table(found),
    at: null,
    provisional: false,
    notes: [],
  };
};

function card({ summary: { total, by_severity } }: Answer): View {
  return {
    kind: "card",
    figures: [
      { label: t.alerts.open, value: formatNumber(total), exact: exactly(total) },
      ...Object.keys(SEVERITIES)
        .filter((severity) => by_severity[severity])
        .map((severity) => ({
          label: t.severities[severity] ?? severity,
          value: formatNumber(by_severity[severity]),
          exact: exactly(by_severity[severity]),
        })),
    ],
  };
}

function table({ alerts }: Answer): View {
  return {
    kind: "table",
    empty: t.alerts.none,
    columns: [
      { title: t.alerts.severity },
      { title: t.alerts.title },
      { title: t.alerts.status },
      { title: t.alerts.value, isNumber: true },
      { title: t.alerts.threshold, isNumber: true },
      { title: t.alerts.fired },
    ],
    rows: alerts.map((each) => [
      stateCell(each.severity, t.severities, SEVERITIES),
      { text: each.title, exact: each.description, to: `/alerts/${encodeURIComponent(each.alert_id)}` },
      stateCell(each.status, t.statuses, STATUSES),
      typeof each.current_value === "number" ? numberCell(each.current_value) : ABSENT,
      numberCell(each.threshold_value),
      { text: formatAgo(each.fired_at), exact: each.fired_at },
    ]),
  };
}
