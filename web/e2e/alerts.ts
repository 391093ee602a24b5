/** Rules of alerts that the browser tests make, and alerts that these raise. */
import { expect } from "@playwright/test";
import type { Body, Result } from "../src/api/client";
import type { Api } from "./support";

type Rule = Body<"/api/v1/alerts/rules", "post">;
type Alert = Result<"/api/v1/alerts">["alerts"][number];

/** In the names of all rules of this run. */
export const MARK = `e2e ${Date.now().toString(36)}`;
export const QUIET: Rule = {
  name: `${MARK} quiet`,
  description: "Made by a test.",
  enabled: false,
  severity: "low",
  metric: "revenue:sum",
  condition: { type: "below", threshold: 1 },
  window: "PT1H",
  evaluate_every: "PT1H",
  for: "PT0S",
  no_data: "ignore",
  use_provisional: false,
  notify: [],
};

/** Makes a rule, one that is not evaluated unless it is changed, and returns its id. */
export async function makeRule(api: Api, changes: Partial<Rule> = {}): Promise<string> {
  return (await api("post", "/api/v1/alerts/rules", { body: { ...QUIET, ...changes } })).rule_id;
}

/** Makes a rule that fires as soon as it is evaluated, and returns its id. */
export function makeRuleThatFires(api: Api, name: string): Promise<string> {
  return makeRule(api, {
    name,
    enabled: true,
    severity: "critical",
    condition: { type: "below", threshold: 1e12 },
    window: "P1D",
    evaluate_every: "PT1M",
  });
}

/** The newest open alert of a rule. */
export async function alertOf(api: Api, rule_id: string): Promise<Alert | undefined> {
  return (await api("get", "/api/v1/alerts", { query: { rule_id } })).alerts[0];
}

/** Waits until a rule has raised an alert: rules are evaluated each minute. */
export async function expectAlert(api: Api, ruleId: string): Promise<void> {
  await expect
    .poll(() => alertOf(api, ruleId), { timeout: 120_000, intervals: [2_000] })
    .toMatchObject({ status: "active" });
}

/** Deletes the rules of this run, which resolves their alerts. */
export async function deleteMade(api: Api): Promise<void> {
  const { rules } = await api("get", "/api/v1/alerts/rules");
  for (const { rule_id } of rules.filter(({ name }) => name.includes(MARK))) {
    await api("delete", "/api/v1/alerts/rules/{rule_id}", { path: { rule_id } });
  }
}
