/** The line of a rule's metric beside its preview, where the API has one. */
import type { Query, Result } from "@/api/client";
import { minutesOf } from "@/format/durations";
import type { Range } from "@/format/times";
import type { RuleRequest } from "../ruleForm";
import { isBusiness, parseSubject, RULE_KPIS } from "../subjects";

type MetricsQuery = Query<"/api/v1/analytics/metrics">;
/** The end of a bucket, as rules judge windows by their ends, and its value. */
export type Point = readonly [end: string, value: number | null];
export type Line = {
  points: readonly Point[];
  /** Minutes between two points. */
  step: number;
  /** Whether each point is what the rule judges: the value of one of its windows. */
  isJudged: boolean;
  currency: string | null;
};

const HOUR = 60;
const DAY = 1440;
const STEPS = { hourly: HOUR, daily: DAY, weekly: 7 * DAY } as const;
type Granularity = keyof typeof STEPS;
/** Longer ranges have too many hours to be told apart. */
const MOST_DAYS_OF_HOURS = 14;

/** Returns the question whose answer is the line of a business metric; null if there is none. */
export function metricsQuery(rule: RuleRequest, range: Range): MetricsQuery | null {
  const subject = parseSubject(rule.metric);
  if (subject.kind !== "business" || !isBusiness(subject.name) || rule.group_by) return null;
  return {
    metric_type: subject.name,
    aggregation: subject.part,
    granularity: granularityFor(rule, range),
    timezone: "UTC",
    "time_range[start]": range.start,
    "time_range[end]": range.end,
    ...Object.fromEntries(
      Object.entries(rule.filters ?? {}).map(([field, values]) =>
        field === "currency" ? ["filters[currency]", values[0]] : [`filters[${field}][]`, values],
      ),
    ),
  } as MetricsQuery;
}

/** The windows of the rule themselves where the API has buckets of their length, else what fits the range. */
function granularityFor({ window }: RuleRequest, range: Range): Granularity {
  const names = Object.keys(STEPS) as Granularity[];
  const days = (Date.parse(range.end) - Date.parse(range.start)) / (DAY * 60_000);
  const fitting = days <= MOST_DAYS_OF_HOURS ? "hourly" : "daily";
  return names.find((name) => STEPS[name] === minutesOf(window)) ?? fitting;
}

/** Whether the trends of the fraud dashboard have the line of a rule: of whole KPIs only. */
export function hasTrend({ metric, filters, group_by }: RuleRequest): boolean {
  const isWhole = Object.keys(filters ?? {}).length === 0 && !group_by;
  return parseSubject(metric).kind === "kpi" && isWhole;
}

export function lineOfMetric(rule: RuleRequest, answer: Result<"/api/v1/analytics/metrics">): Line | null {
  if (!("data" in answer)) return null;
  const step = STEPS[answer.granularity as Granularity];
  const whole = answer.data.filter(({ partial }) => !partial);
  return {
    points: past(whole.map(({ timestamp, value }) => [endOf(timestamp, step), value])),
    step,
    isJudged: minutesOf(rule.window) === step,
    currency: "currency" in answer && typeof answer.currency === "string" ? answer.currency : null,
  };
}

export function lineOfTrend(rule: RuleRequest, answer: Result<"/api/v1/analytics/dashboard">): Line | null {
  const name = RULE_KPIS[rule.metric];
  const trend = answer.trends.find(({ metric }) => metric === name);
  if (trend === undefined) return null;
  const [first, second] = trend.dataPoints;
  const step = first && second ? (Date.parse(second.timestamp) - Date.parse(first.timestamp)) / 60_000 : DAY;
  const points = trend.dataPoints.map(({ timestamp, value }): Point => [endOf(timestamp, step), value]);
  return { points: past(points), step, isJudged: minutesOf(rule.window) === step, currency: answer.currency };
}

function endOf(start: string, step: number): string {
  return new Date(Date.parse(start) + step * 60_000).toISOString();
}

/** Leaves out buckets that have not ended, which no rule judges. */
function past(points: readonly Point[]): readonly Point[] {
  const now = new Date().toISOString();
  return points.filter(([end]) => end <= now);
}
