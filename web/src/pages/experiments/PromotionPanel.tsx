/** The promotion of a variant: who made it, its gates, what it was expected to save, and what it saved. */
import { Alert, Button, Collapse, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { GateTable } from "./GateTable";
import { Estimate, Realised } from "./Impact";
import type { Experiment } from "./moves";
import { Results } from "./Results";
import type { components } from "@/api/schema.gen";
import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/experiments";
import { text as p } from "@/text/promotion";

export type Promotion = components["schemas"]["Promotion"];

export function PromotionPanel({ experiment, promotion }: { experiment: Experiment; promotion: Promotion }) {
  const { timeZone } = usePreferences();
  const [isOpen, { toggle }] = useDisclosure(false);
  const { variantId, promotedAt, promotedBy, holdBack, policyVersion, gates, override, results } = promotion;
  const variant = experiment.variants.find(({ id }) => id === variantId);
  return (
    <Panel title={p.promotion.evidence}>
      <Stack gap="md">
        <Facts
          columns={4}
          facts={[
            [p.promotion.promotedVariant, variant?.name ?? variantId],
            [p.promotion.promotedAt, t.design.byAt(promotedBy, formatTime(promotedAt, timeZone))],
            [p.promotion.policyVersion, policyVersion],
            [p.promotion.heldBack, formatPercent(holdBack)],
          ]}
        />
        {override && (
          <Alert color="yellow" title={p.promotion.overriddenBy(override.by)}>
            <Text size="sm" className="tally-break" dir="auto">
              {override.reason}
            </Text>
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Estimate estimate={promotion.impactEstimate} currency={results.currency} />
          <Realised impact={promotion.realisedImpact} currency={results.currency} />
        </SimpleGrid>
        <GateTable gates={gates} currency={results.currency} overridden={override?.gates ?? []} />
        <Text size="sm" c="dimmed">
          {p.promotion.frozen}
        </Text>
        <Button variant="default" onClick={toggle} aria-expanded={isOpen} style={{ alignSelf: "flex-start" }}>
          {p.promotion.showFrozen}
        </Button>
        <Collapse expanded={isOpen}>
          {isOpen && <Results experiment={experiment} results={results} />}
        </Collapse>
      </Stack>
    </Panel>
  );
}
