/** Shows and changes a rule; a change of a version that is no longer in force is not lost. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { toApiError } from "@/api/errors";
import { useApi, useSend } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { noticeDone } from "@/components/notices";
import { Page } from "@/components/Page";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/alertRules";
import { formOf, type Rule, type RuleRequest } from "../ruleForm";
import { RuleMenu } from "../rules/RuleMenu";
import { BackToRules } from "./BackToRules";
import { RuleEditor } from "./RuleEditor";
import { showSecrets } from "./showSecrets";

export function Component() {
  const { ruleId = "" } = useParams();
  const rule = useApi("/api/v1/alerts/rules/{rule_id}", { path: { rule_id: ruleId } });
  return (
    <Page
      title={t.editTitle}
      description={<BackToRules />}
      actions={rule.data && <RuleMenu rule={rule.data} />}
    >
      <Loaded query={rule}>{(found) => <Changer key={ruleId} found={found} reread={rule.refetch} />}</Loaded>
    </Page>
  );
}

type ChangerProps = { found: Rule; reread: () => Promise<{ data: Rule | undefined }> };

function Changer({ found, reread }: ChangerProps) {
  const navigate = useNavigate();
  const { timeZone } = usePreferences();
  /** The version that the form began with; what is read again meanwhile does not replace what is being typed. */
  const [base, setBase] = useState(found);
  const [newer, setNewer] = useState<Rule | null>(null);
  const replace = useSend("put", "/api/v1/alerts/rules/{rule_id}", ["/api/v1/alerts"]);

  const save = async (request: RuleRequest) => {
    const version = newer?.version ?? base.version;
    try {
      const rule = await replace.mutateAsync({
        path: { rule_id: base.rule_id },
        body: { ...request, version },
      });
      noticeDone(t.saved);
      showSecrets(rule);
      void navigate("/alerts/rules");
    } catch (error) {
      const { data } = toApiError(error).status === 409 ? await reread() : { data: undefined };
      if (data === undefined || data.version === version) throw error;
      setNewer(data);
    }
  };

  return (
    <>
      <Text size="xs" c="dimmed">
        {t.table.version(base.version, base.created_by)} · {t.table.changed}{" "}
        {formatTime(base.updated_at, timeZone)}
      </Text>
      <RuleEditor key={base.version} initial={formOf(base)} onSave={save}>
        {newer !== null && (
          <Alert color="yellow" title={t.stale.title} role="alert">
            <Text size="sm" mb="xs">
              {t.stale.hint}
            </Text>
            <Group gap="xs">
              <Button
                variant="default"
                onClick={() => {
                  setBase(newer);
                  setNewer(null);
                }}
              >
                {t.stale.load}
              </Button>
              <Button type="submit" color="red" variant="light">
                {t.stale.overwrite}
              </Button>
            </Group>
          </Alert>
        )}
      </RuleEditor>
    </>
  );
}
