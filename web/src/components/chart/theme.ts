/** Colors and type of charts in the light and the dark theme. */
import type { EChartsCoreOption } from "echarts/core";
import { SERIES } from "@/app/theme";

const COLORS = {
  light: { text: "#495057", line: "#e3e6ea", tooltip: "#ffffff", ink: "#1d2330" },
  dark: { text: "#b6bdc9", line: "#30353e", tooltip: "#262a32", ink: "#e6e9ee" },
};

type Scheme = keyof typeof COLORS;

/** Returns an option with the theme's colors, where it sets none itself. */
export function withTheme(
  option: EChartsCoreOption,
  scheme: Scheme,
  fontFamily = "sans-serif",
): EChartsCoreOption {
  const { text, line, tooltip, ink } = COLORS[scheme];
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    axisLabel: { color: text, hideOverlap: true },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: text },
  };
  return {
    color: SERIES,
    animationDuration: 250,
    backgroundColor: "transparent",
    textStyle: { fontFamily, color: text },
    ...option,
    ...themed("xAxis", option, axis),
    ...themed("yAxis", option, axis),
    ...themed("legend", option, {
      textStyle: { color: text, width: 160, overflow: "truncate" },
      tooltip: { show: true },
      pageIconColor: text,
      pageTextStyle: { color: text },
      icon: "roundRect",
      itemWidth: 10,
      itemHeight: 10,
    }),
    ...themed("tooltip", option, {
      backgroundColor: tooltip,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12 },
      confine: true,
      // Names may be hundreds of characters long.
      extraCssText: "max-width: min(420px, 80vw); white-space: normal; overflow-wrap: anywhere;",
    }),
  };
}

function themed(part: string, option: EChartsCoreOption, defaults: object): object {
  const given = option[part];
  if (given === undefined) return {};
  return {
    [part]: Array.isArray(given) ? given.map((each) => merged(defaults, each)) : merged(defaults, given),
  };
}

/** Merges two plain objects, the second one winning at every level. */
function merged(defaults: object, given: unknown): object {
  const result: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given as object)) {
    const former = result[name];
    result[name] = isPlain(former) && isPlain(value) ? merged(former, value) : value;
  }
  return result;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
