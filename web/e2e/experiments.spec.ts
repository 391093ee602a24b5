/** Experiments: describing one, what its decisions say, and its promotion, refused and granted. */
import { formatKpiDifference } from "../src/format/kpis";
import { text } from "../src/text";
import { text as t } from "../src/text/experiments";
import { text as p } from "../src/text/promotion";
import { type Api, expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

const PATH = "/api/v1/analytics/experiments/{experiment_id}";
const DEMO = "review-threshold";
const PREFIX = `e2e-${Date.now().toString(36)}`;
/** Long before the demo data, so that no other number on the platform changes. */
const START = "2021-03-01T00:00:00Z";
const PER_VARIANT = 150;

async function createRunning(api: Api, id: string, name = `Browser test ${id}`): Promise<void> {
  await api("post", "/api/v1/analytics/experiments", {
    body: {
      id,
      name,
      description: name,
      hypothesis: name,
      variants: ["control", "treatment"].map((variant) => ({
        id: variant,
        name: `${variant} ${name}`.slice(0, 200),
        description: "",
        isControl: variant === "control",
        allocation: 0.5,
        configuration: { review_threshold: variant === "control" ? 0.3 : 0.45 },
      })),
      primaryMetric: "approvalRate",
      unit: "decision",
      minimumDurationDays: 1,
      minimumUnits: PER_VARIANT,
      startDate: START,
    },
  });
  await api("post", `${PATH}/start`, { path: { experiment_id: id } });
}

/** Ends the experiments of this run; they cannot be deleted. */
test.afterEach(async ({ page, api }) => {
  await page.close();
  const { experiments } = await api("get", "/api/v1/analytics/experiments", { query: { limit: 1000 } });
  for (const { id, status } of experiments.filter((each) => each.id.startsWith(PREFIX))) {
    const path = { experiment_id: id };
    if (status === "running") await api("post", `${PATH}/complete`, { path });
    if (status !== "archived") await api("post", `${PATH}/archive`, { path });
  }
});

test("mistakes are shown at their fields, and what was typed stays", async ({ page, tolerate }) => {
  tolerate(/\b400\b/);
  await signIn(page, "/experiments/new");
  const first = page.getByRole("group", { name: t.form.variant(1) });
  await page.getByLabel(t.form.hypothesis).fill("It pays");
  await first.getByLabel(t.form.allocation).fill("70");
  await first.getByLabel(t.form.configuration).fill("{");

  await page.getByRole("button", { name: t.form.create }).click();

  const name = page.getByRole("textbox", { name: t.form.name }).first();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toBeFocused();
  await expect(first.getByText("is not valid JSON")).toBeVisible();
  await expect(page.getByText(/allocations must add up to 1/)).toBeVisible();
  await expect(page.getByLabel(t.form.hypothesis)).toHaveValue("It pays");
});

test("the numbers of an experiment are the API's", async ({ page, api }) => {
  const { results } = await api("get", PATH, { path: { experiment_id: DEMO } });
  const compared = results?.comparisons[0];

  await signIn(page, `/experiments/${DEMO}`);

  const row = page.getByRole("table", { name: "Approval rate" }).getByRole("row").nth(1);
  await expect(row).toContainText(formatKpiDifference("approvalRate", compared?.difference, "USD"));
  for (const value of [compared?.controlValue, compared?.value, compared?.difference]) {
    await expect(row.locator(`data[value="${value ?? ""}"]`)).toBeVisible();
  }
});

test("a draft is created by keyboard alone, started, and cannot be promoted without decisions", async ({
  page,
  api,
  tolerate,
}) => {
  tolerate(/\b422\b/);
  const id = `${PREFIX}-draft`;
  await signIn(page, "/experiments/new");
  await page.getByRole("textbox", { name: t.form.name }).first().focus();
  await page.keyboard.type(`As typed ${id}`);
  await page.keyboard.press("Tab");
  await page.keyboard.type(id);
  for (const number of [1, 2]) {
    await page
      .getByRole("group", { name: t.form.variant(number) })
      .getByLabel(t.form.variantName)
      .focus();
    await page.keyboard.type(`Variant ${number}`);
  }
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/experiments/${id}`);

  await page.getByRole("button", { name: t.moves.start.label, exact: true }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: t.moves.start.label }).press("Enter");
  await page.getByRole("button", { name: p.promotion.action }).press("Enter");
  await page.getByLabel(p.promotion.confirm).press("Space");
  await page.getByRole("button", { name: p.promotion.submit, exact: true }).press("Enter");

  await expect(page.getByText(p.promotion.refused)).toBeVisible();
  const gates = page.getByRole("table", { name: p.promotion.gates });
  const units = gates.getByRole("row").filter({ has: page.getByText(p.gates.units.name, { exact: true }) });
  await expect(units).toContainText(p.promotion.failed);
  await expect(page.getByText(p.promotion.overrideNever)).toBeVisible();
  await expectAccessible(page);
  expect((await api("get", PATH, { path: { experiment_id: id } })).status).toBe("running");
});

test("a variant whose gates pass is promoted, and becomes the policy", async ({ page, api, deliver }) => {
  const id = `${PREFIX}-better`;
  await createRunning(api, id);
  await deliver("batch", {
    source_id: "e2e-engine",
    data_type: "decisions",
    format: "json",
    data: Array.from({ length: 2 * PER_VARIANT }, (_, number) => {
      const isControl = number % 2 === 0;
      // Half of the control's decisions are approved, and nearly all of the treatment's.
      const isApproved = isControl ? number % 4 === 0 : number % 15 !== 0;
      return {
        decision_id: `${id}-${number}`,
        timestamp: new Date(Date.parse(START) + number * 60_000).toISOString(),
        score: 0.2,
        outcome: isApproved ? "approve" : "review",
        experiment_id: id,
        variant_id: isControl ? "control" : "treatment",
      };
    }),
  });
  const path = { experiment_id: id };
  await expect
    .poll(async () => (await api("get", PATH, { path })).results?.recommendation, {
      timeout: 60_000,
      intervals: [2_000],
    })
    .toBe("ship");

  await signIn(page, `/experiments/${id}?promote=treatment`);
  await page.getByLabel(p.promotion.confirm).check();
  await page.getByRole("button", { name: p.promotion.submit, exact: true }).click();

  await expect(page.getByRole("region", { name: p.promotion.evidence, exact: true })).toBeVisible();
  const policy = await api("get", "/api/v1/analytics/policy");
  expect(policy).toMatchObject({ experimentId: id, variantId: "treatment" });
  await page.goto("/experiments?tab=policy");
  await expect(page.getByRole("link", { name: id }).first()).toBeVisible();
  await settled(page);
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("a change of a version that is not the present one is refused, and what was typed stays", async ({
  page,
  api,
  tolerate,
}) => {
  tolerate(/\b409\b/);
  const id = `${PREFIX}-changed`;
  await createRunning(api, id);
  await signIn(page, `/experiments/${id}/edit`);
  await page.getByLabel(t.form.description).fill("Mine");
  const { version } = await api("get", PATH, { path: { experiment_id: id } });
  await api("put", PATH, { path: { experiment_id: id }, body: { version, description: "Theirs" } as never });

  await page.getByRole("button", { name: t.form.save }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: t.form.keep }).click();
  await page.getByRole("button", { name: t.form.save }).click();

  await expect(page).toHaveURL(`/experiments/${id}`);
  await expect(page.getByText("Mine", { exact: true })).toBeVisible();
});

test("names that are long, right to left or script neither run nor break the page", async ({ page, api }) => {
  const names = [`<script>document.title = "run"</script>`, "long".repeat(45), "مرحبا بالعالم"].map(
    (name) => `${name} ${PREFIX}`,
  );
  for (const [number, name] of names.entries()) await createRunning(api, `${PREFIX}-name-${number}`, name);

  await signIn(page, "/experiments");
  for (const name of names) await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await expectFitsPhone(page);
  for (const name of names) {
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page).toHaveTitle(`${name} · ${text.product}`);
    await settled(page);
    await expectFitsPhone(page);
    await page.goBack();
  }
});

for (const path of ["/experiments", `/experiments/${DEMO}`, "/experiments/new"]) {
  test(`${path} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}
