/** Lists experiments, and shows the decision policy that promotions made. */
import { Button, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { ExperimentList } from "./ExperimentList";
import { PolicyPanel } from "./PolicyPanel";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { may } from "@/session/session";
import { text as t } from "@/text/experiments";

export function Component() {
  const [tab, setTab] = useUrlState("tab", "list", ["page"]);
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={
        may("experiments:write") && (
          <Button component={Link} to="/experiments/new" leftSection={<IconPlus size={14} aria-hidden />}>
            {t.new}
          </Button>
        )
      }
    >
      {may("fraud:read") ? (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List aria-label={t.tabs.label} mb="md">
            <Tabs.Tab value="list">{t.tabs.list}</Tabs.Tab>
            <Tabs.Tab value="policy">{t.tabs.policy}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="list">
            <ExperimentList />
          </Tabs.Panel>
          <Tabs.Panel value="policy">
            <PolicyPanel />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <ExperimentList />
      )}
    </Page>
  );
}
