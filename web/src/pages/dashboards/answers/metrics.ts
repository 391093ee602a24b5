/** Business metrics in buckets: a number with its course, lines, bars or a table. */
import * as z from "zod/mini";
import { bars, type Drawn, linesOverTime } from "@/components/chart/options";
import { formatBucket, formatTick } from "@/format/times";
import { type Configuration, textOf, zoneOf } from "../model";
import { freshnessOf, metadata, openFrom } from "./metadata";
import { type Cell, exactly, maybe, type Reader, type View } from "./shown";
import { changeOf, currencyOf, labelOfMeasure, type Unit, unitOf, unitOfMeasure } from "./units";
import { text as t } from "@/text/dashboards";

const point = z.looseObject({
  timestamp: z.string(),
  value: z.number(),
  additional_metrics: maybe(z.record(z.string(), z.number())),
});
const schema = z.looseObject({
  metric_type: z.string(),
  time_range: z.looseObject({ start: z.string(), end: z.string() }),
  granularity: z.enum(["hourly", "daily", "weekly", "monthly", "quarterly"]),
  currency: maybe(z.string()),
  data: z.array(point),
  summary: z.looseObject({
    total: z.number(),
    change_from_previous: z.number(),
    change_percentage: z.nullable(z.number()),
  }),
  comparison: maybe(z.looseObject({ previous_period: z.array(point) })),
  metadata,
});
type Answer = z.infer<typeof schema>;
type Point = z.infer<typeof point>;
type Context = {
  found: Answer;
  unit: Unit;
  currency: string | undefined;
  timeZone: string;
  name: string;
  openFrom: number | undefined;
};

export const readMetric: Reader = (answer, { type, configuration }) => {
  const found = schema.parse(answer);
  const context = contextOf(found, configuration);
  return { view: VIEWS[type]?.(context) ?? table(context), ...freshnessOf(found.metadata) };
};

function contextOf(found: Answer, configuration: Configuration): Context {
  const currency = currencyOf(found, configuration);
  return {
    found,
    currency,
    unit: unitOf(found.metric_type, textOf(configuration, "aggregation"), currency),
    timeZone: zoneOf(configuration),
    name: t.metrics[found.metric_type] ?? found.metric_type,
    openFrom: openFrom(
      found.data.map(({ timestamp }) => timestamp),
      found.time_range.end,
      found.metadata.data_freshness,
    ),
  };
}

const VIEWS: Partial<Record<string, (context: Context) => View>> = {
  metric_card: card,
  line_chart: (context) => ({ kind: "chart", drawn: lines(context) }),
  bar_chart: (context) => ({ kind: "chart", drawn: columns(context) }),
};

function card({ found, unit, timeZone, name }: Context): View {
  const { total } = found.summary;
  const isEmpty = found.data.length === 0;
  return {
    kind: "card",
    figures: [
      {
        value: unit.format(isEmpty ? null : total),
        exact: isEmpty ? undefined : exactly(total),
        change: isEmpty ? undefined : changeOf(found.metric_type, unit, found.summary),
      },
    ],
    course: {
      label: name,
      format: unit.format,
      points: found.data.map(({ timestamp, value }) => ({
        at: formatBucket(timestamp, found.granularity, timeZone),
        value,
      })),
    },
  };
}

function lines({ found, unit, timeZone, name, openFrom: place }: Context): Drawn {
  const before = found.comparison?.previous_period ?? null;
  const times = timesOf(found.data, before);
  return linesOverTime(
    [
      {
        name,
        points: times.map((time, row) => [time, found.data[row]?.value ?? null]),
        ...(place === undefined ? {} : { openFrom: place }),
      },
      ...(before === null
        ? []
        : [
            {
              name: t.charts.before,
              dashed: true,
              points: times.map((time, row) => [time, before[row]?.value ?? null] as const),
            },
          ]),
    ],
    { ...unit, timeZone, step: found.granularity },
  );
}

/** The times of both periods side by side; where the one before has more buckets, the rest have no time. */
function timesOf(data: readonly Point[], before: readonly Point[] | null): string[] {
  const rows = Math.max(data.length, before?.length ?? 0);
  return Array.from({ length: rows }, (_, row) => data[row]?.timestamp ?? "");
}

function columns({
  found,
  unit,
  timeZone,
  name,
  openFrom: place = Number.POSITIVE_INFINITY,
}: Context): Drawn {
  const before = found.comparison?.previous_period ?? null;
  return bars(
    timesOf(found.data, before).map((time, row) => ({
      name: formatBucket(time, found.granularity, timeZone),
      tick: formatTick(time, found.granularity, timeZone),
      values: [found.data[row]?.value ?? null, ...(before === null ? [] : [before[row]?.value ?? null])],
      isOpen: row >= place,
    })),
    { names: [name, ...(before === null ? [] : [t.charts.before])], ...unit },
  );
}

function table(context: Context): View {
  const { found, unit, timeZone, name, currency } = context;
  const before = found.comparison?.previous_period ?? null;
  const beside = Object.keys(found.data[0]?.additional_metrics ?? {});
  const row = (time: string, place: number): Cell[] => [
    formatBucket(time, found.granularity, timeZone),
    number(found.data[place]?.value, unit),
    ...(before === null ? [] : [number(before[place]?.value, unit)]),
    ...beside.map((measure) =>
      number(found.data[place]?.additional_metrics?.[measure], unitOfMeasure(measure, currency)),
    ),
  ];
  return {
    kind: "table",
    columns: [
      { title: timeZone === "UTC" ? t.tables.time : t.tables.timeIn(timeZone) },
      { title: name, isNumber: true },
      ...(before === null ? [] : [{ title: t.charts.before, isNumber: true }]),
      ...beside.map((measure) => ({ title: labelOfMeasure(measure), isNumber: true })),
    ],
    rows: timesOf(found.data, before).map(row).reverse(),
  };
}

function number(value: number | undefined, unit: Unit): Cell {
  return { text: unit.format(value ?? null), exact: exactly(value) };
}
