/** How many of the decisions behind a number have a known truth, and until when the number may change. */
import { Badge, Group, Text, Tooltip } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { formatNumber, formatPercent } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text } from "@/text";
import { kpis as t } from "@/text/kpis";

export function Maturity({ maturity }: { maturity: components["schemas"]["Maturity"] }) {
  const { timeZone } = usePreferences();
  const { labelled, presumed, pending, unverified, coverage, horizonDays, completeBy } = maturity;
  const counts = t.maturity.counts({
    labelled: formatNumber(labelled),
    presumed: formatNumber(presumed),
    pending: formatNumber(pending),
    unverified: formatNumber(unverified),
  });
  return (
    <Group gap={6} wrap="nowrap">
      <Tooltip label={`${t.maturity.hint} ${counts}.`} multiline maw={320}>
        <Text size="xs" c="dimmed" tabIndex={0} truncate>
          {t.maturity.labelled(formatPercent(coverage))}
        </Text>
      </Tooltip>
      {maturity.provisional && (
        <Tooltip
          label={t.maturity.provisional(horizonDays, formatDay(completeBy, timeZone))}
          multiline
          maw={320}
        >
          <Badge size="xs" color="yellow" variant="light" tabIndex={0}>
            {text.freshness.provisional}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}
