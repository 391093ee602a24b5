/** How the variants of an experiment compare. */
import { Alert, List, Stack } from "@mantine/core";
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconEye,
  IconHourglass,
} from "@tabler/icons-react";
import { Comparisons } from "./Comparisons";
import { HealthPanel } from "./HealthPanel";
import type { Experiment } from "./moves";
import { VariantTable } from "./VariantTable";
import type { components } from "@/api/schema.gen";
import { Freshness } from "@/components/Freshness";
import { text as t } from "@/text/experiments";

export type ExperimentResults = components["schemas"]["ExperimentResults"];

const LOOKS = {
  unhealthy: { color: "red", icon: IconAlertTriangle },
  rollback: { color: "red", icon: IconArrowBackUp },
  ship: { color: "green", icon: IconCircleCheck },
  review: { color: "yellow", icon: IconEye },
  continue: { color: "blue", icon: IconHourglass },
};

type Props = { experiment: Experiment; results: ExperimentResults };

export function Results({ experiment, results }: Props) {
  return (
    <Stack gap="md">
      <Recommendation results={results} />
      <Comparisons experiment={experiment} results={results} />
      <HealthPanel results={results} />
      <VariantTable experiment={experiment} results={results} />
    </Stack>
  );
}

function Recommendation({
  results: { recommendation, reasons, asOf, variants },
}: {
  results: ExperimentResults;
}) {
  const { color, icon: Icon } = LOOKS[recommendation];
  return (
    <Alert
      color={color}
      icon={<Icon size={18} aria-hidden />}
      title={t.results.recommendations[recommendation]}
      role="status"
      aria-label={t.results.recommendation}
    >
      <List size="sm" listStyleType="none">
        {reasons.map((reason) => (
          <List.Item key={reason} className="tally-break">
            {reason}
          </List.Item>
        ))}
      </List>
      <Freshness at={asOf} provisional={variants.some(({ maturity }) => maturity.provisional)} />
    </Alert>
  );
}
