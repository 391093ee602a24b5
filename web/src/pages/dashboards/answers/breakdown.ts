/** A business metric by the values of a dimension: a ring, bars, a table or a map. */
import * as z from "zod/mini";
import { bars, shares } from "@/components/chart/options";
import { formatPercent } from "@/format/numbers";
import { textOf } from "../model";
import { freshnessOf, metadata } from "./metadata";
import { type Cell, exactly, maybe, type Reader, type View } from "./shown";
import { changeOf, currencyOf, labelOfMeasure, type Unit, unitOf, unitOfMeasure } from "./units";
import { text as t } from "@/text/dashboards";

const group = z.looseObject({
  name: z.string(),
  country: maybe(z.looseObject({ alpha_3: z.string(), name: z.string() })),
  total: z.number(),
  share: maybe(z.number()),
  change_from_previous: z.number(),
  change_percentage: z.nullable(z.number()),
  additional_metrics: maybe(z.record(z.string(), z.number())),
});
const schema = z.looseObject({
  metric_type: z.string(),
  group_by: z.string(),
  currency: maybe(z.string()),
  groups: z.array(group),
  unmatched: maybe(z.array(z.string())),
  metadata,
});
type Answer = z.infer<typeof schema>;
type Group = z.infer<typeof group>;
type Context = { found: Answer; unit: Unit; currency: string | undefined; name: string };

export const readBreakdown: Reader = (answer, { type, configuration }) => {
  const found = schema.parse(answer);
  const currency = currencyOf(found, configuration);
  const unit = unitOf(found.metric_type, textOf(configuration, "aggregation"), currency);
  const context = { found, unit, currency, name: t.metrics[found.metric_type] ?? found.metric_type };
  return { view: (VIEWS[type] ?? table)(context), ...freshnessOf(found.metadata) };
};

const VIEWS: Partial<Record<string, (context: Context) => View>> = {
  pie_chart: ring,
  bar_chart: ranking,
  map,
};

function ring(context: Context): View {
  const { found, unit } = context;
  // The API gives shares of what adds up only; what does not, or is negative, has no place in a ring.
  if (found.groups.some(({ total, share }) => total < 0 || typeof share !== "number"))
    return ranking(context);
  const parts = found.groups.map((each) => ({
    name: labelOf(each),
    value: each.total,
    share: shareOf(each),
  }));
  return { kind: "chart", drawn: shares(parts, unit) };
}

function ranking({ found, unit, name }: Context): View {
  const groups = found.groups.map((each) => ({ name: labelOf(each), values: [each.total] }));
  return { kind: "chart", drawn: bars(groups, { names: [name], horizontal: true, ...unit }) };
}

function map({ found, unit, name }: Context): View {
  const unmatched = new Set(found.unmatched ?? []);
  return {
    kind: "map",
    measure: name,
    ...unit,
    regions: found.groups.flatMap(({ country, total }) =>
      country ? [{ code: country.alpha_3, name: country.name, value: total }] : [],
    ),
    unmatched: found.groups
      .filter((each) => unmatched.has(each.name) || !each.country)
      .map((each) => ({ name: labelOf(each), value: unit.format(each.total) })),
  };
}

function table({ found, unit, name, currency }: Context): View {
  const beside = Object.keys(found.groups[0]?.additional_metrics ?? {});
  const hasShares = found.groups.some(({ share }) => typeof share === "number");
  const row = (each: Group): Cell[] => {
    const change = changeOf(found.metric_type, unit, each);
    return [
      labelOf(each),
      { text: unit.format(each.total), exact: exactly(each.total) },
      ...(hasShares ? [{ text: shareOf(each) ?? "", exact: exactly(each.share) }] : []),
      { text: change.text, exact: change.exact, tone: change.tone },
      ...beside.map((measure) => {
        const value = each.additional_metrics?.[measure] ?? null;
        return { text: unitOfMeasure(measure, currency).format(value), exact: exactly(value) };
      }),
    ];
  };
  return {
    kind: "table",
    columns: [
      { title: t.dimensions[found.group_by] ?? found.group_by },
      { title: name, isNumber: true },
      ...(hasShares ? [{ title: t.tables.share, isNumber: true }] : []),
      { title: t.tables.change, isNumber: true },
      ...beside.map((measure) => ({ title: labelOfMeasure(measure), isNumber: true })),
    ],
    rows: found.groups.map(row),
  };
}

/** The name of a group as people read it; those of no value and of the rest are explained. */
function labelOf({ name, country }: Group): string {
  if (name === "(none)") return t.charts.none;
  if (name === "(other)") return t.charts.other;
  return country?.name ?? name;
}

/** The share as the API gives it, in per cent. */
function shareOf({ share }: Group): string | undefined {
  return typeof share === "number" ? formatPercent(share / 100, 2) : undefined;
}
