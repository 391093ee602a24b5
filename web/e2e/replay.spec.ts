/** Replay: describing a scenario, running and cancelling it, and its results. Scenarios cannot be deleted. */
import { formatNumber } from "../src/format/numbers";
import { text } from "../src/text";
import { text as t } from "../src/text/replay";
import { type Api, expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

const SCENARIOS = "/api/v1/analytics/replay/scenarios";
const DAY = 86_400_000;
const MARK = `e2e-${Date.now().toString(36)}`;
const KPIS = ["approvalRate", "recall", "fraudLoss"] as const;
const SWAPS = ["newlyCaughtFraud", "newlyBlockedLegitimate", "newlyFlaggedUnknown"] as const;

const midnight = (daysAgo: number) =>
  new Date(Math.floor(Date.now() / DAY) * DAY - daysAgo * DAY).toISOString();

async function create(api: Api, name: string): Promise<string> {
  const { id } = await api("post", SCENARIOS, {
    body: {
      name,
      description: name,
      // Before the experiment of the demo, whose variants have thresholds of their own.
      timeWindow: { start: midnight(60), end: midnight(30) },
      overrides: { rules: [] },
    },
  });
  return id;
}

test("mistakes are shown at their fields, and what was typed stays", async ({ page, tolerate }) => {
  tolerate(/\b400\b/);
  await signIn(page, "/replay/new");
  await page.getByLabel(t.form.details).fill("To find out");
  await page.getByRole("textbox", { name: t.form.decline }).fill("2");
  await page.getByRole("button", { name: t.form.addRule }).click();
  await page.getByRole("textbox", { name: t.form.model }).fill("{");

  await page.getByRole("button", { name: t.form.create }).click();

  for (const name of [t.form.name, t.form.decline, t.form.feature, t.form.value, t.form.model]) {
    const field = page.getByRole("textbox", { name, exact: true });
    await expect(field, name).toHaveAttribute("aria-invalid", "true");
  }
  await expect(page.getByLabel(t.form.details)).toHaveValue("To find out");
});

test("a run shows its progress, and then the numbers of the API", async ({ page, api }) => {
  test.setTimeout(240_000);
  const name = `${MARK} stricter`;
  await signIn(page, `/replay/new?from=${await create(api, name)}&decline=0.5`);
  await expect(page.getByRole("textbox", { name: t.form.name, exact: true })).toHaveValue(name);
  await expect(page.getByRole("textbox", { name: t.form.decline })).toHaveValue("0.5");
  await page.getByRole("button", { name: t.form.create }).click();
  await expect(page).toHaveURL(/\/replay\/(?!new)[^/]+$/);
  await page.getByRole("button", { name: t.page.run, exact: true }).click();

  // Which has no width at first.
  await expect(page.getByRole("progressbar", { name: t.page.progressLabel })).toBeAttached();
  const fidelity = page.getByTestId("fidelity").locator("data");
  await expect(fidelity).toBeVisible({ timeout: 200_000 });
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const results = await api("get", `${SCENARIOS}/{scenario_id}/results`, { path: { scenario_id: id } });
  await expect(fidelity).toHaveAttribute("value", String(results.fidelity));
  expect(results.fidelity).toBeGreaterThan(0.99);
  const kpis = page.getByRole("table", { name: t.results.kpis });
  for (const kpi of KPIS) {
    for (const value of [results.baseline[kpi], results.replayed[kpi]]) {
      await expect(kpis.locator(`data[value="${value ?? ""}"]`).first()).toBeVisible();
    }
  }
  const swaps = page.getByRole("table", { name: t.results.swaps });
  for (const set of SWAPS) {
    const row = swaps.getByRole("row").filter({ hasText: t.results.sets[set] });
    await expect(row.getByRole("cell").nth(1)).toHaveText(formatNumber(results.swapSets[set].count));
  }

  await settled(page);
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("a run is cancelled, and can be started again", async ({ page, api }) => {
  const scenario_id = await create(api, `${MARK} cancelled`);
  await signIn(page, `/replay/${scenario_id}`);
  await page.getByRole("button", { name: t.page.run, exact: true }).click();

  await page.getByRole("button", { name: t.page.cancel }).click();
  await page.getByRole("dialog").getByRole("button", { name: t.page.cancel }).click();

  await expect(page.getByText(t.page.cancelledTitle)).toBeVisible();
  await expect(page.getByRole("button", { name: t.page.again })).toBeVisible();
  const { status } = await api("get", `${SCENARIOS}/{scenario_id}`, { path: { scenario_id } });
  expect(status).toBe("cancelled");
});

test("the limit of runs is shown with its wait", async ({ page, api, tolerate }) => {
  tolerate(/\b429\b/);
  await signIn(page, `/replay/${await create(api, `${MARK} limited`)}`);
  await page.route("**/run", (route) =>
    route.fulfill({
      status: 429,
      headers: { "Retry-After": "90" },
      json: { error: "rate_limit_exceeded", message: "Too many runs", requestId: "r-1" },
    }),
  );

  await page.getByRole("button", { name: t.page.run, exact: true }).click();

  await expect(page.getByText(text.errors.title[429] ?? "")).toBeVisible();
  await expect(page.getByText(/try again in \d+ s/)).toBeVisible();
  await expect(page.getByRole("button", { name: text.actions.retry })).toBeDisabled();
});

test("names that are long, right to left or script neither run nor break the page", async ({ page, api }) => {
  const names = [`<script>document.title = "run"</script>`, "long".repeat(45), "مرحبا بالعالم"].map(
    (name) => `${name} ${MARK}`,
  );
  const ids: string[] = [];
  for (const name of names) ids.push(await create(api, name));

  await signIn(page, "/replay");
  for (const name of names) await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await expectFitsPhone(page);
  for (const [place, name] of names.entries()) {
    await page.goto(`/replay/${ids[place] ?? ""}`);
    await expect(page).toHaveTitle(`${name} · ${text.product}`);
    await settled(page);
    await expectFitsPhone(page);
  }
});

for (const path of ["/replay", "/replay/new"]) {
  test(`${path} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}
