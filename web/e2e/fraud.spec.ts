/** The fraud pages show what the API returns, live and for everybody. Needs the demo data. */
import { readFile } from "node:fs/promises";
import { KPI_NAMES } from "../src/format/kpis";
import { formatNumber } from "../src/format/numbers";
import { text } from "../src/text";
import { text as t } from "../src/text/fraud";
import { type Api, expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

const TABS = ["/fraud", "/fraud/live", "/fraud/cohorts", "/fraud/matrix", "/fraud/drift"];

/** The newest decision of the demo data: those of other tests have no merchant. */
async function newestDecision(api: Api) {
  const { recentDecisions } = await api("get", "/api/v1/analytics/dashboard");
  const newest = recentDecisions.find(({ merchant }) => merchant !== null);
  if (newest === undefined) throw new Error("The platform has no decisions; load the demo data first.");
  return newest;
}

test("key figures and the counts behind them are those of the API", async ({ page, api }) => {
  const asked = page.waitForRequest((request) => request.url().includes("/analytics/dashboard"));
  await signIn(page, "/fraud");
  const query = Object.fromEntries(new URL((await asked).url()).searchParams);
  await settled(page);

  const { kpis, maturity } = await api("get", "/api/v1/analytics/dashboard", { query });

  for (const name of KPI_NAMES.filter((each) => each !== "decisionThroughput")) {
    const shown = page.locator(`[data-kpi=${name}] [data-value]`);
    const value = kpis[name];
    if (value === null) await expect(shown).toHaveText("–");
    else await expect(shown.locator("data")).toHaveAttribute("value", String(value));
  }
  for (const state of ["labelled", "unverified"] as const) {
    await expect(page.locator(`[data-state=${state}]`)).toContainText(formatNumber(maturity[state]));
  }
});

test("a link to an investigation shows only its decisions", async ({ page, api }) => {
  await signIn(page, "/fraud?investigationId=INV-play-yard&window=30d");
  await settled(page);

  await expect(page.getByLabel(t.overview.investigation)).toHaveValue("INV-play-yard");
  const { kpis } = await api("get", "/api/v1/analytics/dashboard", {
    query: { timeWindow: "30d", investigationId: "INV-play-yard" },
  });
  await expect(page.locator("[data-kpi=fraudRate] [data-value] data")).toHaveAttribute(
    "value",
    String(kpis.fraudRate),
  );
});

test("a decision that is sent to the API appears by itself, and opens its explanation", async ({
  page,
  api,
}) => {
  const id = `e2e-fraud-${Date.now()}`;
  await signIn(page, "/fraud/live");
  await expect(page.locator("[data-state=open]")).toBeVisible();

  await api("post", "/api/v1/ingest/stream", { body: decision(id) });

  const link = page.getByRole("link", { name: id });
  await expect(link).toBeVisible({ timeout: 45_000 });
  await expect(link).toHaveAttribute("data-fresh", "true");
  await link.click();
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText(t.explanation.title(id))).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`decision=${id}`));
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
});

test("a feed that is paused holds what comes, and one that is filtered shows only what matches", async ({
  page,
  api,
}) => {
  const [held, other] = [`e2e-held-${Date.now()}`, `e2e-other-${Date.now()}`];
  await signIn(page, "/fraud/live?outcome=review");
  await expect(page.locator("[data-state=open]")).toBeVisible();
  await page.getByRole("button", { name: t.live.pause }).click();

  await api("post", "/api/v1/ingest/stream", { body: decision(other, "approve") });
  await api("post", "/api/v1/ingest/stream", { body: decision(held) });

  await expect(page.getByText(t.live.waiting("1", 1))).toBeVisible({ timeout: 45_000 });
  await expect(page.getByRole("link", { name: held })).toHaveCount(0);
  await page.getByRole("button", { name: t.live.continue }).click();
  await expect(page.getByRole("link", { name: held })).toBeVisible();
  await expect(page.getByRole("link", { name: other })).toHaveCount(0);
});

test("the waterfall of a decision adds up to the sum and the score of the API", async ({ page, api }) => {
  const { decisionId } = await newestDecision(api);
  const { attributions, baseValue, sum, score } = await api("get", "/api/v1/analytics/explain/{decisionId}", {
    path: { decisionId },
  });
  await signIn(page, `/fraud/decisions/${decisionId}`);
  await settled(page);

  const valueOf = async (row: string) =>
    Number(await page.locator(`${row} data`).first().getAttribute("value"));
  let reached = await valueOf("[data-total=base]");
  expect(reached).toBe(baseValue);
  for (const { feature, contribution } of attributions) {
    const shown = await valueOf(`[data-feature="${feature}"]`);
    expect(shown).toBe(contribution);
    reached += shown;
  }
  expect(await valueOf("[data-total=sum]")).toBe(sum);
  expect(reached).toBeCloseTo(sum ?? Number.NaN, 9);
  expect(await valueOf("[data-value]")).toBe(score);
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("a link to cohorts shows the attack on play-yard, which leads to what drives its scores", async ({
  page,
  api,
}) => {
  const asked = page.waitForRequest((request) => request.url().includes("/analytics/cohorts"));
  await signIn(page, "/fraud/cohorts?dimension=merchant&sort=fraudRate,desc");
  const { startDate = "", endDate = "" } = Object.fromEntries(new URL((await asked).url()).searchParams);
  await settled(page);
  const analysis = await api("get", "/api/v1/analytics/cohorts", {
    query: { dimension: "merchant", startDate, endDate, minCount: 100 },
  });
  const attacked = analysis.cohorts.find(({ name }) => name === "play-yard");

  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "play-yard" }) });
  await expect(row.locator(`data[value="${attacked?.metrics.fraudRate ?? ""}"]`).first()).toBeVisible();
  await expect(row.getByText(t.cohorts.significant.worse)).toBeVisible();
  await row.getByRole("link", { name: "play-yard" }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: t.cohort.title("Merchant", "play-yard") }),
  ).toBeVisible();
  await settled(page);
  await expect(page.getByRole("table", { name: t.cohort.drivers })).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("cohorts are selected and compared with the keyboard alone", async ({ page }) => {
  await signIn(page, "/fraud/cohorts");
  await settled(page);

  for (const name of ["play-yard", "loom-street"]) {
    await page.getByRole("checkbox", { name: t.cohorts.select(name) }).focus();
    await page.keyboard.press("Space");
  }
  await page.getByRole("link", { name: t.cohorts.compare(2) }).focus();
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/fraud\/cohorts\/compare\?ids=/);
  await settled(page);
  await expect(page.getByText(t.compare.best, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("the confusion matrix shows the counts of the API", async ({ page, api }) => {
  const asked = page.waitForRequest((request) => request.url().includes("/metrics/precision-recall"));
  await signIn(page, "/fraud/matrix");
  const { startDate = "", endDate = "" } = Object.fromEntries(new URL((await asked).url()).searchParams);
  await settled(page);

  const found = await api("get", "/api/v1/analytics/metrics/precision-recall", {
    query: { startDate, endDate },
  });
  for (const cell of ["truePositives", "falsePositives", "falseNegatives"] as const) {
    await expect(page.locator(`[data-cell=${cell}] [data-value]`)).toHaveText(formatNumber(found[cell]));
  }
});

test("a link to a feature shows the drift of device_age_days", async ({ page }) => {
  await signIn(page, "/fraud/drift?feature=device_age_days");
  await settled(page);

  await expect(page.getByRole("heading", { name: t.drift.bins("device_age_days") })).toBeVisible();
  await expect(page.getByRole("img", { name: t.drift.binsLabel("device_age_days") })).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("cohorts are exported as CSV, and as a PDF that is whole", async ({ page }) => {
  await signIn(page, "/fraud/cohorts");
  await settled(page);

  const exported = async (format: string) => {
    const downloaded = page.waitForEvent("download");
    await page.getByRole("button", { name: t.exports.cohorts }).click();
    await page.getByRole("menuitem", { name: text.exports.as(format) }).click();
    const file = await downloaded;
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`, "i"));
    return readFile(await file.path(), "latin1");
  };

  expect(await exported("CSV")).toContain("play-yard");
  expect(pagesOf(await exported("PDF"))).toBeGreaterThan(0);
});

for (const path of TABS) {
  test(`${path} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}

/** Opens a PDF as readers do, from its end: the number of pages in the tree that its trailer leads to. */
function pagesOf(file: string): number {
  expect(file).toMatch(/^%PDF-\d/);
  const at = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(file)?.[1]);
  expect(file.slice(at)).toMatch(/^xref/);
  const root = /\/Root (\d+) 0 R/.exec(file.slice(at))?.[1] ?? "";
  const catalogue = objectOf(file, root);
  const tree = objectOf(file, /\/Pages (\d+) 0 R/.exec(catalogue)?.[1] ?? "");
  return Number(/\/Count (\d+)/.exec(tree)?.[1]);
}

function objectOf(file: string, number: string): string {
  return new RegExp(`(?:^|\\n)${number} 0 obj(.*?)endobj`, "s").exec(file)?.[1] ?? "";
}

function decision(id: string, outcome = "review") {
  const timestamp = new Date().toISOString();
  return {
    source_id: "e2e-fraud",
    data_type: "decisions" as const,
    timestamp,
    data: {
      decision_id: id,
      timestamp,
      score: 0.75,
      outcome,
      model_version: "e2e",
      base_value: 0.05,
      features: { basket: 3 },
      attributions: { basket: 0.7 },
    },
  };
}
