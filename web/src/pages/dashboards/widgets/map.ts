/** Draws values of countries on the world, and lists what has no place there. Pure. */
import type { ChartTable } from "@/components/chart/Chart";
import type { Region, View } from "../answers/shown";
import { text as t } from "@/text/dashboards";

type MapOf = Extract<View, { kind: "map" }>;
export type Missing = { name: string; value: string };

const SHADES = { light: ["#dbe4ff", "#364fc7"], dark: ["#2f3a66", "#91a7ff"] };
const LAND = { light: { area: "#eef0f3", border: "#c9ced6" }, dark: { area: "#262a32", border: "#414855" } };

/** Returns the groups that are not drawn: no countries, or countries too small for the map. */
export function missingOf(
  { regions, unmatched, format }: MapOf,
  names: ReadonlyMap<string, string>,
): Missing[] {
  const small = regions.filter(({ code }) => !names.has(code));
  return [...small.map(({ name, value }) => ({ name, value: format(value) })), ...unmatched];
}

export function mapOption(
  { regions, measure, format, axis }: MapOf,
  names: ReadonlyMap<string, string>,
  map: string,
  scheme: "light" | "dark",
) {
  const drawn = regions.flatMap(({ code, value }) => {
    const name = names.get(code);
    return name === undefined ? [] : [{ name, value }];
  });
  const values = drawn.map(({ value }) => value);
  const { area, border } = LAND[scheme];
  return {
    tooltip: { trigger: "item", valueFormatter: format },
    visualMap: {
      type: "continuous",
      min: Math.min(0, ...values),
      max: Math.max(0, ...values) || 1,
      formatter: axis,
      calculable: false,
      orient: "horizontal",
      left: 0,
      bottom: 0,
      itemWidth: 8,
      itemHeight: 80,
      inRange: { color: SHADES[scheme] },
    },
    series: [
      {
        name: measure,
        type: "map",
        map,
        roam: false,
        left: 0,
        right: 0,
        top: 0,
        bottom: 24,
        selectedMode: false,
        itemStyle: { areaColor: area, borderColor: border, borderWidth: 0.5 },
        emphasis: { label: { show: false }, itemStyle: { areaColor: "#e69f00" } },
        data: drawn,
      },
    ],
  };
}

export function mapTable({ regions, unmatched, measure, format }: MapOf): ChartTable {
  const row = ({ name, value }: Region) => [name, format(value)];
  return {
    columns: [t.dimensions.region ?? "", measure],
    rows: [...regions.map(row), ...unmatched.map(({ name, value }) => [name, value])],
  };
}
