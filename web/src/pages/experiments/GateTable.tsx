/** The gates of promotion: what was found, what is required, and whether that is enough. */
import { Badge, Stack, Text } from "@mantine/core";
import { describeGate, type Gate, isGateName } from "./gates";
import { type Column, DataTable } from "@/components/DataTable";
import { text as t } from "@/text/experiments";
import { text as p } from "@/text/promotion";

type Props = { gates: readonly Gate[]; currency: string | null; overridden?: readonly string[] };

export function GateTable({ gates, currency, overridden = [] }: Props) {
  const columns: Column<Gate>[] = [
    { key: "gate", title: p.promotion.gate, render: ({ gate }) => <Name gate={gate} /> },
    {
      key: "passed",
      title: t.results.verdict,
      render: (each) => <Passed gate={each} isOverridden={overridden.includes(each.gate)} />,
    },
    { key: "found", title: p.promotion.found, render: (each) => describeGate(each, currency)[0] },
    { key: "required", title: p.promotion.required, render: (each) => describeGate(each, currency)[1] },
  ];
  return <DataTable label={p.promotion.gates} columns={columns} rows={gates} keyOf={({ gate }) => gate} />;
}

function Name({ gate }: { gate: string }) {
  if (!isGateName(gate)) return <>{gate}</>;
  return (
    <Stack gap={0} miw={140}>
      <Text size="sm" fw={600}>
        {p.gates[gate].name}
      </Text>
      <Text size="xs" c="dimmed">
        {p.gates[gate].why}
      </Text>
    </Stack>
  );
}

function Passed({ gate: { passed }, isOverridden }: { gate: Gate; isOverridden: boolean }) {
  if (isOverridden) {
    return (
      <Badge color="yellow" variant="light" miw="max-content">
        {p.promotion.overridden}
      </Badge>
    );
  }
  return (
    <Badge color={passed ? "green" : "red"} variant="light" miw="max-content">
      {passed ? p.promotion.passed : p.promotion.failed}
    </Badge>
  );
}
