/** The quality of the features of decisions: missing values, types, ranges, and how long labels take. */
import { Group, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent, formatSeconds } from "@/format/numbers";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import type { RangeQuery } from "../parts/useFraudRange";

type Quality = Result<"/api/v1/analytics/drift/data-quality">;
type Feature = Quality["features"][number];
const HOUR = 3600;

export function QualityPanel({ range, modelVersion }: { range: RangeQuery; modelVersion: string }) {
  const query = useApi("/api/v1/analytics/drift/data-quality", {
    query: { ...range, modelVersion },
    keep: true,
  });
  return (
    <Panel title={t.quality.title}>
      <Loaded query={query} skeleton={<Skeleton h={200} />}>
        {({ qualityMetrics, features }) => (
          <Stack gap="sm">
            <Figures {...qualityMetrics} />
            <DataTable
              label={t.quality.title}
              columns={COLUMNS}
              rows={features}
              keyOf={({ featureName }) => featureName}
            />
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

function Figures(metrics: Quality["qualityMetrics"]) {
  const { nullRate, schemaConformant, labelDelayHours: hours, truncated, rangeViolations } = metrics;
  const delayHint =
    hours === null
      ? t.quality.delayNone
      : `${t.quality.delayHint}${truncated ? ` ${t.quality.delayTruncated}` : ""}`;
  return (
    <Group gap="xl">
      <Figure label={t.quality.nullRate} hint={t.quality.nullRateHint}>
        <Exact value={nullRate}>{formatPercent(nullRate, 2)}</Exact>
      </Figure>
      <Figure label={t.quality.conformant} hint={t.quality.conformantHint}>
        {schemaConformant ? t.quality.conforms : t.quality.violates}
      </Figure>
      <Figure label={t.quality.delay} hint={delayHint}>
        <Exact value={hours}>{formatSeconds(hours === null ? null : HOUR * hours)}</Exact>
      </Figure>
      <Figure label={t.quality.violations} hint={t.quality.violationsHint}>
        {formatNumber(rangeViolations)}
      </Figure>
    </Group>
  );
}

function Figure({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Explained size="xs" c="dimmed" hint={hint}>
        {label}
      </Explained>
      <Text fw={650} component="div">
        {children}
      </Text>
    </Stack>
  );
}

const COLUMNS: readonly Column<Feature>[] = [
  { key: "feature", title: t.drift.feature, render: ({ featureName }) => <bdi>{featureName}</bdi> },
  {
    key: "missing",
    title: t.quality.nullRate,
    isNumber: true,
    render: ({ nullRate }) => <Exact value={nullRate}>{formatPercent(nullRate, 2)}</Exact>,
  },
  {
    key: "types",
    title: t.quality.types,
    isNumber: true,
    render: ({ typeConformance }) => (
      <Exact value={typeConformance}>{formatPercent(typeConformance, 2)}</Exact>
    ),
  },
  {
    key: "unseen",
    title: t.quality.unseen,
    isNumber: true,
    render: ({ unseenRate }) => (
      <Explained fz="sm" hint={t.quality.unseenHint}>
        {formatPercent(unseenRate, 2)}
      </Explained>
    ),
  },
  {
    key: "range",
    title: t.quality.violations,
    isNumber: true,
    render: ({ rangeViolations }) => formatNumber(rangeViolations),
  },
  {
    key: "baseline",
    title: t.quality.inBaseline,
    render: ({ inBaseline }) => (inBaseline ? t.quality.yes : t.quality.no),
  },
];
