/** How many decisions have a known truth, in words and as shares of all decisions. */
import { Badge, ColorSwatch, Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text } from "@/text";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";

type Maturity = components["schemas"]["Maturity"];
const STATES = ["labelled", "presumed", "pending", "unverified"] as const;
const COLORS = { labelled: "teal.6", presumed: "teal.3", pending: "yellow.5", unverified: "gray.5" };

export function MaturityPanel({ maturity }: { maturity: Maturity }) {
  const { timeZone } = usePreferences();
  const { decisions, coverage, pending, unverified, horizonDays, completeBy, revised, afterHorizon } =
    maturity;
  return (
    <Panel
      title={t.overview.maturity}
      aside={
        maturity.provisional && (
          <Tooltip label={text.freshness.provisionalHint} multiline maw={320}>
            <Badge size="sm" color="yellow" variant="light" tabIndex={0}>
              {text.freshness.provisional}
            </Badge>
          </Tooltip>
        )
      }
    >
      <Stack gap="xs">
        <Progress.Root size="lg" aria-hidden>
          {STATES.map((state) => (
            <Progress.Section
              key={state}
              value={decisions === 0 ? 0 : (100 * maturity[state]) / decisions}
              color={COLORS[state]}
              withAria={false}
            />
          ))}
        </Progress.Root>
        <Group gap="md">
          {STATES.map((state) => (
            <Group key={state} gap={6} wrap="nowrap" data-state={state}>
              <ColorSwatch
                size={10}
                color={`var(--mantine-color-${COLORS[state].replace(".", "-")})`}
                aria-hidden
              />
              <Explained size="sm" hint={t.stateHints[state](horizonDays)}>
                {t.states[state]}
              </Explained>
              <Text size="sm" fw={600}>
                {formatNumber(maturity[state])}
              </Text>
            </Group>
          ))}
        </Group>
        <Text size="sm" maw={900}>
          {[
            t.overview.coverage(formatNumber(decisions), formatPercent(coverage)),
            maturity.provisional
              ? t.overview.provisional(formatNumber(pending), horizonDays, formatDay(completeBy, timeZone))
              : t.overview.final(horizonDays),
            unverified > 0 ? t.overview.unverified(formatNumber(unverified)) : "",
            revised + afterHorizon > 0
              ? t.overview.changes(formatNumber(revised), formatNumber(afterHorizon))
              : "",
          ].join(" ")}
        </Text>
      </Stack>
    </Panel>
  );
}
