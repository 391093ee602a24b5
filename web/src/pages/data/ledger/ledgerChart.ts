/** The chart of the ledger: the records received on each day, stacked by their outcome. */
import type { Drawn } from "@/components/chart/options";
import { bars } from "@/components/chart/options";
import { formatCompact, formatNumber } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { text as t } from "@/text/data";
import { OUTCOMES } from "../batches/outcomes";
import type { Ledger } from "./LedgerPage";

const COLORS = {
  loaded: "#009e73",
  duplicate: "#56b4e9",
  conflict: "#cc79a7",
  quarantined: "#d55e00",
  in_flight: "#8d99ae",
};

export function outcomesByDay(days: NonNullable<Ledger["days"]>): Drawn {
  const { option, table } = bars(
    days.map((day) => ({
      name: formatDay(day.day, "UTC"),
      values: OUTCOMES.map(({ name }) => day[name]),
    })),
    {
      names: OUTCOMES.map(({ name }) => t.outcomes[name]),
      format: formatNumber,
      axis: formatCompact,
      stacked: true,
    },
  );
  return { option: { ...option, color: OUTCOMES.map(({ name }) => COLORS[name]) }, table };
}
