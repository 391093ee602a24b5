/** Charts over the decline threshold: its cost, and the ratios that it trades against each other. */
import type { Results } from "./scenarios";
import type { Drawn } from "@/components/chart/options";
import { formatKpi, kpiLabel } from "@/format/kpis";
import { formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/replay";

type Point = Results["thresholdCurve"][number];
export type Mark = { at: number; name: string };

const RATIOS = ["precision", "recall", "falsePositiveRate", "approvalRate"] as const;

export function costCurve(points: readonly Point[], marks: readonly Mark[], currency: string): Drawn {
  const format = (value: number | null) => formatMoney(value, currency);
  return {
    option: {
      ...frame(format, (value) => formatMoney(value, currency, { compact: true })),
      series: [
        line(
          t.results.cost,
          points.map(({ threshold, cost }) => [threshold, cost]),
          marks,
        ),
      ],
    },
    table: {
      columns: [t.results.threshold, t.results.cost],
      rows: points.map(({ threshold, cost }) => [formatNumber(threshold), format(cost)]),
    },
  };
}

export function ratioCurve(points: readonly Point[], marks: readonly Mark[]): Drawn {
  const format = (value: number | null) => formatPercent(value, 2);
  return {
    option: {
      ...frame(format, (value) => formatPercent(value, 0)),
      legend: { top: 0, left: 0, type: "scroll" },
      series: RATIOS.map((name, place) =>
        line(
          kpiLabel(name),
          points.map((each) => [each.threshold, each[name]]),
          place === 0 ? marks : [],
        ),
      ),
    },
    table: {
      columns: [t.results.threshold, ...RATIOS.map(kpiLabel)],
      rows: points.map((each) => [
        formatNumber(each.threshold),
        ...RATIOS.map((name) => formatKpi(name, each[name], null)),
      ]),
    },
  };
}

function frame(format: (value: number | null) => string, axis: (value: number) => string): object {
  return {
    grid: { left: 8, right: 16, top: 44, bottom: 22, containLabel: true },
    tooltip: { trigger: "axis", valueFormatter: format },
    xAxis: { type: "value", min: 0, max: 1, name: t.results.threshold, nameLocation: "middle", nameGap: 26 },
    yAxis: { type: "value", axisLabel: { formatter: axis } },
  };
}

function line(name: string, data: (readonly [number, number | null])[], marks: readonly Mark[]): object {
  return {
    name,
    type: "line",
    showSymbol: false,
    lineStyle: { width: 2 },
    data,
    ...(marks.length === 0
      ? {}
      : {
          markLine: {
            silent: true,
            symbol: "none",
            data: marks.map(({ at, name: label }) => ({
              xAxis: at,
              lineStyle: { type: label === t.results.cheapest ? "solid" : "dashed", width: 1.5 },
              label: { formatter: `${label} ${formatNumber(at)}`, color: "inherit" },
            })),
          },
        }),
  };
}
