/** The segments of customers: a ring, bars or a table. */
import * as z from "zod/mini";
import { bars, shares } from "@/components/chart/options";
import { formatCompact, formatNumber, formatPercent } from "@/format/numbers";
import { type Cell, exactly, maybe, type Reader, type View } from "./shown";
import { money } from "./units";
import { text as t } from "@/text/dashboards";

const segment = z.looseObject({
  name: z.string(),
  description: z.string(),
  customer_count: z.number(),
  percentage: z.nullable(z.number()),
  avg_lifetime_value: maybe(z.number()),
  avg_order_value: maybe(z.number()),
  retention_rate: maybe(z.number()),
});
const schema = z.looseObject({
  segments: z.array(segment),
  segmentation_date: maybe(z.string()),
  reporting_currency: z.string(),
  excluded_records: maybe(z.number()),
});
type Segment = z.infer<typeof segment>;

const COUNT = { format: (value: number | null) => formatNumber(value, 0), axis: formatCompact };

export const readSegments: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  const excluded = found.excluded_records ?? 0;
  return {
    view: viewOf(type, found.segments, found.reporting_currency),
    at: found.segmentation_date ?? null,
    provisional: false,
    notes: excluded > 0 ? [t.notes.excluded(formatNumber(excluded))] : [],
  };
};

function viewOf(type: string, segments: readonly Segment[], currency: string): View {
  if (type === "pie_chart") {
    const parts = segments
      .filter(({ customer_count }) => customer_count > 0)
      .map((each) => ({ name: each.name, value: each.customer_count, share: shareOf(each) }));
    return { kind: "chart", drawn: shares(parts, COUNT) };
  }
  if (type === "bar_chart") {
    const groups = segments.map(({ name, customer_count }) => ({ name, values: [customer_count] }));
    return {
      kind: "chart",
      drawn: bars(groups, { names: [t.metrics.customers ?? ""], horizontal: true, ...COUNT }),
    };
  }
  return table(segments, currency);
}

function table(segments: readonly Segment[], currency: string): View {
  const amounts = money(currency);
  const amount = (value: number | null | undefined): Cell => ({
    text: amounts.format(value ?? null),
    exact: exactly(value),
  });
  return {
    kind: "table",
    columns: [
      { title: t.segments.name },
      { title: t.metrics.customers ?? "", isNumber: true },
      { title: t.tables.share, isNumber: true },
      { title: t.segments.lifetimeValue, isNumber: true },
      { title: t.segments.orderValue, isNumber: true },
      { title: t.segments.retention, isNumber: true },
    ],
    rows: segments.map((each) => [
      { text: each.name, exact: each.description },
      { text: COUNT.format(each.customer_count) },
      { text: shareOf(each) ?? "–", exact: exactly(each.percentage) },
      amount(each.avg_lifetime_value),
      amount(each.avg_order_value),
      { text: formatPercent(each.retention_rate, 1), exact: exactly(each.retention_rate) },
    ]),
  };
}

/** The share as the API gives it, in per cent. */
function shareOf({ percentage }: Segment): string | undefined {
  return percentage === null ? undefined : formatPercent(percentage / 100, 2);
}
