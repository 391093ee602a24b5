/** Alerts and their rules: what the platform finds is seen, acknowledged and resolved; rules say what it looks for. */
import type { Page } from "@playwright/test";
import { formatDuration } from "../src/format/durations";
import { text } from "../src/text";
import { text as preview } from "../src/text/alertPreview";
import { text as r } from "../src/text/alertRules";
import { text as t } from "../src/text/alerts";
import { alertOf, deleteMade, expectAlert, makeRule, makeRuleThatFires, MARK, QUIET } from "./alerts";
import { expect, expectAccessible, expectFitsPhone, settled, signIn, test, trackOf } from "./support";

test.afterEach(async ({ api }) => deleteMade(api));

const row = (page: Page, name: string) => page.locator(".tally-row").filter({ hasText: name });

test("an alert is found, acknowledged with a note, and resolved", async ({ page, api }) => {
  test.setTimeout(180_000);
  const name = `${MARK} fires`;
  const rule_id = await makeRuleThatFires(api, name);
  await expectAlert(api, rule_id);
  const alert = await alertOf(api, rule_id);

  await signIn(page, `/alerts?rule=${rule_id}`);
  const { summary } = await api("get", "/api/v1/alerts", { query: { limit: 1 } });
  await expect(page.getByRole("link", { name: text.shell.openAlerts(summary.total) })).toBeVisible();
  await expect(page.getByRole("status", { name: t.summary.label })).toContainText(t.summary.total(1));

  await row(page, name).getByRole("link", { name }).click();
  const detail = page.getByRole("dialog", { name: t.detail.title });
  await expect(detail.locator("data").first()).toHaveAttribute("value", String(alert?.current_value));
  await expectAccessible(page);
  await detail.getByRole("button", { name: t.acknowledgeTitle(name) }).click();
  await page.getByLabel(t.note).fill("Looking at it <script>");
  await page.getByRole("dialog").last().getByRole("button", { name: t.acknowledge, exact: true }).click();
  await expect(detail.getByText("Looking at it <script>").last()).toBeVisible();
  expect((await alertOf(api, rule_id))?.status).toBe("acknowledged");

  await detail.getByRole("button", { name: t.resolveTitle(name) }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: t.resolve, exact: true }).click();
  await expect(detail.getByText(t.statuses.resolved, { exact: true })).toBeVisible();
  await detail.getByRole("button", { name: text.actions.close }).click();
  await expect(page.getByText(t.noneOf)).toBeVisible();
  await page.getByText(t.statuses.resolved, { exact: true }).click();
  await expect(row(page, name)).toBeVisible();
});

test("a rule is written in words, tried on the past, and created as it was tried", async ({
  page,
  api,
  tolerate,
}) => {
  tolerate(/\b400\b/);
  await signIn(page, "/alerts/rules/new");
  await page.getByRole("textbox", { name: r.fields.window, exact: true }).fill("1");
  await page.getByLabel(text.durations.unitOf(r.fields.window)).selectOption("day");
  await page.getByRole("textbox", { name: r.fields.evaluateEvery, exact: true }).fill("6");
  await page.getByLabel(text.durations.unitOf(r.fields.evaluateEvery)).selectOption("hour");

  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(page.getByRole("textbox", { name: r.fields.name })).toHaveAccessibleDescription(
    /must not be empty/,
  );
  await expect(page.getByRole("textbox", { name: r.fields.threshold })).toHaveAccessibleDescription(
    /is required/,
  );

  await page.getByRole("textbox", { name: r.fields.threshold }).fill("2500");
  const tried = page.waitForResponse((answer) => answer.url().endsWith("/alerts/rules/preview"));
  await page.getByRole("button", { name: preview.run }).click();
  const found = ((await (await tried).json()) as { data: { alerts: unknown[]; windows: number } }).data;
  const count = preview.count(preview.alertCount(found.alerts.length), preview.windowCount(found.windows));
  await expect(page.getByText(count)).toBeVisible();
  await expect(page.locator("[data-chart=drawn]")).toBeVisible();
  await expect(page.getByText(preview.judged(formatDuration("P1D")))).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("textbox", { name: r.fields.name }).fill(`${MARK} written`);
  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(row(page, `${MARK} written`)).toBeVisible();
  const { rules } = await api("get", "/api/v1/alerts/rules");
  expect(rules.find(({ name }) => name === `${MARK} written`)).toMatchObject({
    metric: "revenue:sum",
    condition: { type: "below", threshold: 2500 },
    window: "P1D",
    evaluate_every: "PT6H",
    for: "PT0S",
    notify: [{ type: "topic" }],
  });
});

test("what somebody else changed meanwhile is not overwritten unknowingly", async ({
  page,
  api,
  tolerate,
}) => {
  tolerate(/\b409\b/);
  const rule_id = await makeRule(api);
  await signIn(page, `/alerts/rules/${rule_id}`);
  await page.getByLabel(r.fields.description).fill("Mine");
  await api("put", "/api/v1/alerts/rules/{rule_id}", {
    path: { rule_id },
    body: { ...QUIET, description: "Theirs", version: 1 },
  });

  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(page.getByText(r.stale.title)).toBeVisible();
  await expect(page.getByLabel(r.fields.description)).toHaveValue("Mine");
  await page.getByRole("button", { name: r.stale.load }).click();
  await expect(page.getByLabel(r.fields.description)).toHaveValue("Theirs");
  await page.getByLabel(r.fields.description).fill("Both");
  await page.getByRole("button", { name: text.actions.save }).click();

  await expect(page).toHaveURL("/alerts/rules");
  const rule = await api("get", "/api/v1/alerts/rules/{rule_id}", { path: { rule_id } });
  expect([rule.description, rule.version]).toEqual(["Both", 3]);
});

test("a rule is enabled, disabled, silenced and deleted from the list", async ({ page, api }) => {
  const name = `${MARK} switched`;
  const rule_id = await makeRule(api, { name });
  const read = () => api("get", "/api/v1/alerts/rules/{rule_id}", { path: { rule_id } });
  await signIn(page, `/alerts/rules?q=${encodeURIComponent(name)}`);

  const enabled = page.getByRole("switch", { name: r.table.enable(name) });
  await trackOf(enabled).click();
  await expect(enabled).toBeChecked();
  await expect.poll(async () => (await read()).enabled).toBe(true);
  await expect(enabled).toBeEnabled();
  await trackOf(enabled).click();
  await page.getByRole("button", { name: r.disable.confirm }).click();
  await expect.poll(async () => (await read()).enabled).toBe(false);

  await page.getByRole("button", { name: r.table.actions(name) }).click();
  await page.getByRole("menuitem", { name: r.actions.silence }).click();
  await page.getByLabel(r.silence.reason).fill("The warehouse is being moved");
  await page.getByRole("button", { name: r.silence.confirm }).click();
  await expect(row(page, name).getByText("Silent until")).toBeVisible();
  expect((await read()).silenced?.reason).toBe("The warehouse is being moved");

  await page.getByRole("button", { name: r.table.actions(name) }).click();
  await page.getByRole("menuitem", { name: r.actions.delete }).click();
  await page.getByRole("button", { name: r.remove.confirm }).click();
  await expect(page.getByText(r.nothingFound)).toBeVisible();
});

test("names that are long, right to left or script neither run nor break the page", async ({ page, api }) => {
  const names = [
    `${MARK} <script>document.title = "run"</script>`,
    `${MARK} ${"long".repeat(45)}`,
    `${MARK} مرحبا`,
  ];
  for (const name of names) await makeRule(api, { name });

  await signIn(page, `/alerts/rules?q=${encodeURIComponent(MARK)}`);

  for (const name of names) await expect(row(page, name)).toBeVisible();
  await expect(page).toHaveTitle(`${r.title} · ${text.product}`);
  await expectFitsPhone(page);
});

for (const path of [
  "/alerts",
  "/alerts?status=resolved",
  "/alerts/rules",
  "/alerts/rules/new",
  "/alerts/rules/default-recall-low",
]) {
  test(`${path} is accessible and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);
    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}

test("a key that may only read is not offered changes", async ({ page, api }) => {
  const key = await api("post", "/api/v1/auth/keys", {
    body: { name: `${MARK} reader`, scopes: ["alerts:read"], owner: "reader" },
  });
  try {
    await signIn(page, "/alerts/rules", { id: key.id, secret: key.client_secret });
    await expect(page.locator(".tally-row").first()).toBeVisible();
    await expect(page.getByRole("link", { name: r.create })).toHaveCount(0);
    await expect(page.getByRole("switch").first()).toBeDisabled();
    await expect(page.getByRole("link", { name: text.areas.data, exact: true })).toHaveCount(0);

    await page.locator(".tally-row a").first().click();
    await expect(page.getByText(r.readOnly)).toBeVisible();
    await expect(page.getByRole("textbox", { name: r.fields.name })).toBeDisabled();
    await expect(page.getByRole("button", { name: text.actions.save })).toHaveCount(0);
  } finally {
    await api("delete", "/api/v1/auth/keys/{key_id}", { path: { key_id: key.id } });
  }
});
