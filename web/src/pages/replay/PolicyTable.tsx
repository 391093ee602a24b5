/** The thresholds under which the decisions of the window were made. */
import type { Results } from "./scenarios";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/replay";

type Rule = Results["policy"][number];

const COLUMNS: Column<Rule>[] = [
  {
    key: "version",
    title: t.results.ruleVersion,
    render: ({ ruleVersion }) => ruleVersion ?? t.results.none,
  },
  threshold("decline", t.results.decline, "fraud_threshold"),
  threshold("review", t.results.review, "review_threshold"),
  {
    key: "source",
    title: t.results.source,
    render: ({ inferred }) => (inferred ? t.results.inferred : t.results.registered),
  },
];

export function PolicyTable({ results }: { results: Results }) {
  return (
    <Panel title={t.results.policy}>
      <DataTable
        label={t.results.policy}
        columns={COLUMNS}
        rows={results.policy}
        keyOf={({ ruleVersion }) => ruleVersion ?? ""}
      />
    </Panel>
  );
}

function threshold(key: string, title: string, name: keyof Rule["thresholds"]): Column<Rule> {
  return {
    key,
    title,
    isNumber: true,
    render: ({ thresholds }) => <Exact value={thresholds[name]}>{formatNumber(thresholds[name], 4)}</Exact>,
  };
}
