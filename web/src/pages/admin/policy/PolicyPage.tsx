/** What the fraud figures are computed with, and the thresholds of the decision engine. */
import { Button, Text } from "@mantine/core";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { may } from "@/session/session";
import { text as t } from "@/text/admin";
import { ConfigurationForm } from "./ConfigurationForm";
import { ConfigurationHistory } from "./ConfigurationHistory";
import { RuleThresholds } from "./RuleThresholds";

export function Component() {
  const configuration = useApi("/api/v1/analytics/configuration");
  return (
    <Page title={t.policy.title} description={t.policy.description}>
      <Panel title={t.policy.configuration} hint={t.policy.configurationHint}>
        <Loaded query={configuration}>
          {(inForce) => <ConfigurationForm key={inForce.version} inForce={inForce} />}
        </Loaded>
      </Panel>
      <ConfigurationHistory />
      {may("replay:read") && <RuleThresholds />}
      {may("experiments:read") && (
        <Panel
          title={t.policy.decision}
          aside={
            <Button size="xs" variant="default" component={Link} to="/experiments?tab=policy">
              {t.policy.toDecision}
            </Button>
          }
        >
          <Text size="sm">{t.policy.decisionHint}</Text>
        </Panel>
      )}
    </Page>
  );
}
