/** What a scenario replays, and what it changes. */
import { Stack } from "@mantine/core";
import { changesOf, type Scenario } from "./scenarios";
import { Facts } from "@/components/Facts";
import { JsonBlock } from "@/components/JsonBlock";
import { Panel } from "@/components/Panel";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/replay";

export function SetupPanel({ scenario }: { scenario: Scenario }) {
  const { timeZone } = usePreferences();
  const { timeWindow, asOf, filters, overrides } = scenario;
  const matching = Object.entries(filters).map(([name, values]) => `${name}: ${values.join(", ")}`);
  const isIdentity = changesOf(scenario) === t.changes.identity;
  return (
    <Panel title={t.page.setup}>
      <Stack gap="sm">
        <Facts
          columns={4}
          facts={[
            [
              t.page.window,
              `${formatTime(timeWindow.start, timeZone)} – ${formatTime(timeWindow.end, timeZone)}`,
            ],
            [t.page.asOf, asOf ? formatTime(asOf, timeZone) : t.page.asOfOpen],
            [t.page.filters, matching.join("; ") || t.page.noFilters],
            [t.page.changes, changesOf(scenario)],
          ]}
        />
        {!isIdentity && <JsonBlock label={t.page.overrides} value={overrides} />}
      </Stack>
    </Panel>
  );
}
