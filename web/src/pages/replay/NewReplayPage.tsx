/** Creates a scenario: an empty one with the present thresholds, or one like another. */
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { presentThresholds } from "./defaults";
import { initialValues, requestOf, type Values, valuesOf } from "./formValues";
import { ScenarioForm } from "./ScenarioForm";
import { useApi, useSend } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { rangeOf } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/replay";

const SCENARIOS = "/api/v1/analytics/replay/scenarios";

export function Component() {
  const [parameters] = useSearchParams();
  const from = parameters.get("from");
  const decline = Number(parameters.get("decline") ?? NaN);
  return (
    <Page title={t.form.title} description={t.form.description}>
      {from === null ? <Fresh /> : <Copy id={from} decline={Number.isFinite(decline) ? decline : null} />}
    </Page>
  );
}

/** Begins with the last 30 full days, whose end is not in the future. */
function Fresh() {
  const { timeZone } = usePreferences();
  const rules = useApi("/api/v1/analytics/policy/rules", { query: { limit: 1000 } });
  const policy = useApi("/api/v1/analytics/policy", { enabled: may("fraud:read") });
  const [window] = useState(() => {
    const { start } = rangeOf("30d", timeZone);
    return { start, end: startOfToday(timeZone) };
  });
  if (policy.isLoading) return <Loaded query={policy}>{() => null}</Loaded>;
  return (
    <Loaded query={rules}>
      {(data) => {
        const { origin, ...thresholds } = presentThresholds(data.rules, policy.data);
        return <Creator initial={{ ...initialValues(window), ...thresholds }} origin={origin} />;
      }}
    </Loaded>
  );
}

function Copy({ id, decline }: { id: string; decline: number | null }) {
  const scenario = useApi(`${SCENARIOS}/{scenario_id}`, { path: { scenario_id: id } });
  return (
    <Loaded query={scenario}>
      {(data) => {
        const values = valuesOf(data);
        const initial = decline === null ? values : { ...values, decline, review: "" };
        return <Creator initial={initial} origin={null} />;
      }}
    </Loaded>
  );
}

function Creator({ initial, origin }: { initial: Values; origin: string | null }) {
  const navigate = useNavigate();
  const create = useSend("post", SCENARIOS, [SCENARIOS]);
  const submit = async (values: Values) => {
    const made = await create.mutateAsync({ body: requestOf(values) });
    notifications.show({ message: t.form.created, color: "green" });
    await navigate(`/replay/${made.id}`);
  };
  return <ScenarioForm initial={initial} origin={origin} onSubmit={submit} />;
}

/** The end of the last full day. */
function startOfToday(timeZone: string): string {
  const { end } = rangeOf("7d", timeZone, new Date(Date.now() - 86_400_000));
  return end;
}
