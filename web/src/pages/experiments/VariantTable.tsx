/** All KPIs of all variants side by side. */
import { Stack, Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import type { Experiment } from "./moves";
import type { ExperimentResults } from "./Results";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Maturity } from "@/components/Maturity";
import { Panel } from "@/components/Panel";
import { formatKpi, KPI_NAMES, kpiLabel } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { kpis } from "@/text/kpis";
import { text as t } from "@/text/experiments";

type VariantResults = ExperimentResults["variants"][number];
type Row = { key: string; title: ReactNode; render: (variant: VariantResults) => ReactNode };

export function VariantTable({
  experiment,
  results,
}: {
  experiment: Experiment;
  results: ExperimentResults;
}) {
  const names = new Map(experiment.variants.map(({ id, name }) => [id, name]));
  const columns: Column<Row>[] = [
    { key: "kpi", title: t.results.kpi, render: ({ title }) => title },
    ...results.variants.map((variant) => ({
      key: variant.variantId,
      title: names.get(variant.variantId) ?? variant.variantId,
      isNumber: true,
      render: ({ render }: Row) => render(variant),
    })),
  ];
  return (
    <Panel title={t.results.kpis}>
      <DataTable
        label={t.results.kpis}
        columns={columns}
        rows={rowsFor(results.currency)}
        keyOf={({ key }) => key}
      />
    </Panel>
  );
}

function rowsFor(currency: string): Row[] {
  return [
    count("decisions", t.results.decisionsAndUnits),
    count("units", t.results.units),
    {
      key: "maturity",
      title: t.results.known,
      render: ({ maturity }) => (
        <Stack align="flex-end" gap={0}>
          <Maturity maturity={maturity} />
        </Stack>
      ),
    },
    ...KPI_NAMES.map((name): Row => ({
      key: name,
      title: (
        <Tooltip label={kpis.formulas[name]} multiline maw={320}>
          <Text span size="sm" tabIndex={0}>
            {kpiLabel(name)}
          </Text>
        </Tooltip>
      ),
      render: ({ metrics }) => (
        <Exact value={metrics[name]}>{formatKpi(name, metrics[name], currency)}</Exact>
      ),
    })),
  ];
}

function count(key: "decisions" | "units", title: string): Row {
  return {
    key,
    title,
    render: (variant) => <Exact value={variant[key]}>{formatNumber(variant[key])}</Exact>,
  };
}
