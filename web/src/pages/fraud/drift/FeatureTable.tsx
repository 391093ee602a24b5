/** The features by PSI, with the value that chance explains; one of them can be chosen. */
import { Badge, Tooltip, UnstyledButton } from "@mantine/core";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { IntervalBar } from "../parts/IntervalBar";
import { type Ends, scaleOf } from "../parts/scale";
import type { Metric } from "./drift";

const COLORS: Readonly<Record<string, string>> = {
  none: "gray",
  low: "yellow",
  medium: "orange",
  high: "red",
};

type Props = { metrics: readonly Metric[]; selected: string; onSelect: (name: string) => void };

export function FeatureTable({ metrics, selected, onSelect }: Props) {
  const scale = scaleOf([0.25, ...metrics.map(({ psi }) => psi)]);
  return (
    <Panel title={t.drift.features}>
      <DataTable
        label={t.drift.features}
        columns={columnsOf(scale, selected, onSelect)}
        rows={metrics}
        keyOf={({ featureName }) => featureName}
      />
    </Panel>
  );
}

function columnsOf(scale: Ends, selected: string, onSelect: (name: string) => void): Column<Metric>[] {
  return [
    {
      key: "feature",
      title: t.drift.feature,
      render: ({ featureName }) => (
        <UnstyledButton
          fz="sm"
          c="var(--mantine-color-anchor)"
          fw={featureName === selected ? 700 : 400}
          className="tally-name"
          title={t.drift.show(featureName)}
          aria-pressed={featureName === selected}
          onClick={() => onSelect(featureName)}
        >
          <bdi>{featureName}</bdi>
        </UnstyledButton>
      ),
    },
    {
      key: "psi",
      title: t.drift.psi,
      isNumber: true,
      render: ({ psi }) => (
        <Explained fz="sm" hint={t.drift.psiHint}>
          <Exact value={psi}>{formatNumber(psi, 3)}</Exact>
        </Explained>
      ),
    },
    {
      key: "bar",
      title: "",
      render: ({ psi, criticalValue, driftSeverity }) => (
        <div style={{ minWidth: 120 }}>
          <IntervalBar
            scale={scale}
            interval={[0, psi]}
            value={psi}
            reference={criticalValue}
            color={`${COLORS[driftSeverity] ?? "gray"}.6`}
          />
        </div>
      ),
    },
    { key: "severity", title: t.drift.severity, render: (metric) => <Severity {...metric} /> },
    {
      key: "critical",
      title: t.drift.critical,
      isNumber: true,
      render: ({ criticalValue }) => (
        <Explained fz="sm" hint={t.drift.criticalHint}>
          {formatNumber(criticalValue, 3)}
        </Explained>
      ),
    },
    {
      key: "kl",
      title: t.drift.kl,
      isNumber: true,
      render: ({ klDivergence }) => (
        <Explained fz="sm" hint={t.drift.klHint}>
          <Exact value={klDivergence}>{formatNumber(klDivergence, 3)}</Exact>
        </Explained>
      ),
    },
    {
      key: "counts",
      title: t.drift.counts,
      isNumber: true,
      render: ({ count, baselineCount }) => (
        <Explained fz="sm" hint={t.drift.countsHint}>
          {`${formatNumber(count)} / ${formatNumber(baselineCount)}`}
        </Explained>
      ),
    },
    {
      key: "weight",
      title: t.drift.weight,
      isNumber: true,
      render: ({ attributionShare }) => (
        <Explained fz="sm" hint={t.drift.weightHint}>
          {formatPercent(attributionShare)}
        </Explained>
      ),
    },
  ];
}

function Severity({ driftSeverity, insufficientData }: Metric) {
  const hint = insufficientData ? t.drift.few : (t.drift.severityHints[driftSeverity] ?? driftSeverity);
  return (
    <Tooltip label={hint}>
      <Badge
        size="sm"
        variant={insufficientData ? "outline" : "light"}
        color={insufficientData ? "gray" : (COLORS[driftSeverity] ?? "gray")}
        tabIndex={0}
      >
        {insufficientData ? t.drift.insufficient : (t.drift.severities[driftSeverity] ?? driftSeverity)}
      </Badge>
    </Tooltip>
  );
}
