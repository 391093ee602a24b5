/** Creates a rule, from scratch or as a copy of another one. */
import { useNavigate } from "react-router";
import { useApi, useSend } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { noticeDone } from "@/components/notices";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { text as t } from "@/text/alertRules";
import { formOf, NEW_RULE, type RuleForm, type RuleRequest } from "../ruleForm";
import { BackToRules } from "./BackToRules";
import { RuleEditor } from "./RuleEditor";
import { showSecrets } from "./showSecrets";

export function Component() {
  const [copied] = useUrlState("copy", "");
  const original = useApi("/api/v1/alerts/rules/{rule_id}", {
    path: { rule_id: copied },
    enabled: copied !== "",
  });
  return (
    <Page title={t.createTitle} description={<BackToRules />}>
      {copied === "" ? (
        <Creator initial={NEW_RULE} />
      ) : (
        <Loaded query={original}>
          {(rule) => <Creator initial={{ ...formOf(rule), name: t.copyOf(rule.name) }} />}
        </Loaded>
      )}
    </Page>
  );
}

function Creator({ initial }: { initial: RuleForm }) {
  const navigate = useNavigate();
  const create = useSend("post", "/api/v1/alerts/rules", ["/api/v1/alerts"]);
  const save = async (request: RuleRequest) => {
    const rule = await create.mutateAsync({ body: request });
    noticeDone(t.created);
    showSecrets(rule);
    void navigate("/alerts/rules");
  };
  return <RuleEditor initial={initial} onSave={save} />;
}
