/** The swap sets of a replay: in which direction they move, and whether that is good. */
import type { Results } from "./scenarios";
import type { Drawn } from "@/components/chart/options";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/replay";

type Sets = Results["swapSets"];
export type SwapName = keyof Sets;
type Truth = "fraud" | "legitimate" | "unknown";
type Swap = { truth: Truth; isFlagged: boolean; tone: "good" | "bad" | "unknown" };

export const SWAPS: Readonly<Record<SwapName, Swap>> = {
  newlyCaughtFraud: { truth: "fraud", isFlagged: true, tone: "good" },
  newlyMissedFraud: { truth: "fraud", isFlagged: false, tone: "bad" },
  newlyBlockedLegitimate: { truth: "legitimate", isFlagged: true, tone: "bad" },
  newlyReleasedLegitimate: { truth: "legitimate", isFlagged: false, tone: "good" },
  newlyFlaggedUnknown: { truth: "unknown", isFlagged: true, tone: "unknown" },
  newlyReleasedUnknown: { truth: "unknown", isFlagged: false, tone: "unknown" },
};
const TRUTHS: readonly Truth[] = ["fraud", "legitimate", "unknown"];
const COLORS = { good: "#009e73", bad: "#d55e00", unknown: "#8d99ae" };

/** Bars to the right for decisions that are flagged now, to the left for those that are released. */
export function swapBars(sets: Sets): Drawn {
  const count = (truth: Truth, isFlagged: boolean) => {
    const [name, { tone }] = find(truth, isFlagged);
    return { count: sets[name].count, tone };
  };
  const series = [true, false].map((isFlagged) => ({
    name: isFlagged ? t.results.flagged : t.results.released,
    type: "bar",
    stack: "moves",
    barMaxWidth: 26,
    data: TRUTHS.map((truth) => {
      const { count: size, tone } = count(truth, isFlagged);
      return { value: isFlagged ? size : -size, itemStyle: { color: COLORS[tone] } };
    }),
  }));
  return {
    option: {
      grid: { left: 8, right: 12, top: 24, bottom: 22, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: size },
      xAxis: {
        type: "value",
        axisLabel: { formatter: size },
        name: `← ${t.results.released}     ${t.results.flagged} →`,
        nameLocation: "middle",
        nameGap: 26,
        minInterval: 1,
      },
      yAxis: { type: "category", inverse: true, data: TRUTHS.map((truth) => t.results[truth]) },
      series,
    },
    table: {
      columns: ["", t.results.released, t.results.flagged],
      rows: TRUTHS.map((truth) => [
        t.results[truth],
        formatNumber(count(truth, false).count),
        formatNumber(count(truth, true).count),
      ]),
    },
  };
}

function find(truth: Truth, isFlagged: boolean): [SwapName, Swap] {
  const found = (Object.entries(SWAPS) as [SwapName, Swap][]).find(
    ([, swap]) => swap.truth === truth && swap.isFlagged === isFlagged,
  );
  if (found === undefined) throw new Error(`There is no swap set of ${truth}.`);
  return found;
}

/** Both directions are counted from zero. */
function size(value: number): string {
  return formatNumber(Math.abs(value));
}
