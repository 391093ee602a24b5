/** The features that drive the scores of a cohort, as bars beside those of the rest. */
import type { components } from "@/api/schema.gen";
import { bars, type Drawn } from "@/components/chart/options";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/fraud";

export type Driver = components["schemas"]["TopDriver"];

const ROW = 34;
const MOST_DRAWN = 10;

/** Draws the mean contributions in the cohort and in the rest, the most important feature at the top. */
export function drawDrivers(drivers: readonly Driver[]): Drawn & { height: number } {
  const shown = drivers.slice(0, MOST_DRAWN);
  const drawn = bars(
    shown.map(({ feature, contribution, restContribution }) => ({
      name: feature,
      values: [contribution, restContribution],
    })),
    {
      names: [t.cohort.contribution, t.cohort.rest],
      format: (value) => formatNumber(value, 3),
      horizontal: true,
    },
  );
  return { ...drawn, height: 60 + ROW * shown.length };
}
