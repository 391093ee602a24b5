/** A list of decisions; each leads to its explanation. */
import { Anchor, Text } from "@mantine/core";
import type { MouseEvent, ReactNode } from "react";
import { Link } from "react-router";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { ABSENT, formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { explanationOf, type ListedDecision } from "./decisions";
import { Explained } from "./Explained";
import { OutcomeBadge } from "./OutcomeBadge";

type Options = {
  /** With it, the table has a column of what is known of each decision. */
  horizonDays?: number;
  /** Marks decisions that have just come. */
  fresh?: ReadonlySet<string>;
  /** Called instead of leaving the page for the explanation. */
  onOpen?: (decision: ListedDecision) => void;
};
type Props = Options & { decisions: readonly ListedDecision[]; empty?: ReactNode };

export function DecisionTable({ decisions, empty, ...options }: Props) {
  const { timeZone } = usePreferences();
  return (
    <DataTable
      label={t.decisions.label}
      columns={columnsOf(timeZone, options)}
      rows={decisions}
      keyOf={({ decisionId }) => decisionId}
      empty={empty ?? <Text c="dimmed">{t.decisions.empty}</Text>}
    />
  );
}

function columnsOf(timeZone: string, options: Options): Column<ListedDecision>[] {
  const { horizonDays } = options;
  const columns: Column<ListedDecision>[] = [
    {
      key: "id",
      title: t.decisions.id,
      render: (decision) => <Id decision={decision} {...options} />,
    },
    {
      key: "time",
      title: t.decisions.time,
      render: ({ timestamp }) => (
        <Text fz="sm" style={{ whiteSpace: "nowrap" }} title={timestamp}>
          {formatTime(timestamp, timeZone)}
        </Text>
      ),
    },
    {
      key: "outcome",
      title: t.decisions.outcome,
      render: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
    },
    {
      key: "score",
      title: t.decisions.score,
      isNumber: true,
      render: ({ score }) => <Exact value={score}>{formatPercent(score)}</Exact>,
    },
    {
      key: "amount",
      title: t.decisions.amount,
      isNumber: true,
      render: ({ amount, currency }) => amountOf(amount, currency),
    },
    { key: "merchant", title: t.decisions.merchant, render: ({ merchant }) => merchant ?? ABSENT },
    { key: "channel", title: t.decisions.channel, render: ({ channel }) => channel ?? ABSENT },
    { key: "model", title: t.decisions.model, render: ({ modelVersion }) => modelVersion ?? ABSENT },
  ];
  if (horizonDays === undefined) return columns;
  return [
    ...columns,
    { key: "truth", title: t.decisions.truth, render: (row) => <Truth {...row} horizonDays={horizonDays} /> },
  ];
}

function Id({ decision, fresh, onOpen }: Options & { decision: ListedDecision }) {
  const { decisionId } = decision;
  const open = (event: MouseEvent) => {
    if (onOpen === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(decision);
  };
  return (
    <Anchor
      component={Link}
      to={explanationOf(decisionId)}
      fz="sm"
      onClick={open}
      {...(fresh?.has(decisionId) ? { className: "tally-fresh", "data-fresh": true } : {})}
    >
      {decisionId}
    </Anchor>
  );
}

function amountOf(amount: number | null, currency: string | null): string {
  return currency === null ? formatNumber(amount) : formatMoney(amount, currency);
}

function Truth({ label, labelState, horizonDays }: ListedDecision & { horizonDays: number }) {
  if (labelState === undefined) return ABSENT;
  const isKnown = Object.hasOwn(t.states, labelState);
  const state = labelState as keyof typeof t.states;
  const shown = label ? (t.labels[label] ?? label) : isKnown ? t.states[state] : labelState;
  return (
    <Explained fz="sm" hint={isKnown ? t.stateHints[state](horizonDays) : labelState}>
      {shown}
    </Explained>
  );
}
