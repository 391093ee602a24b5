/** The way of somebody without a pointer through the application. */
import type { Page } from "@playwright/test";
import { text } from "../src/text";
import { text as alerts } from "../src/text/alerts";
import { text as dashboards } from "../src/text/dashboards";
import { text as replay } from "../src/text/replay";
import { alertOf, deleteMade, expectAlert, makeRuleThatFires, MARK } from "./alerts";
import { expect, keyOfTests, settled, tabTo, test } from "./support";

const WIDGET = "Revenue by day, with the 90 days before";

test.afterEach(async ({ api }) => deleteMade(api));

/** Goes to an area by its link in the navigation. */
async function goTo(page: Page, area: string): Promise<void> {
  const navigation = page.getByRole("navigation", { name: text.shell.navigation });
  await tabTo(page, navigation.getByRole("link", { name: area }));
  await page.keyboard.press("Enter");
}

test("with keys alone, one signs in, looks at a dashboard, acknowledges an alert and runs a replay", async ({
  page,
  api,
}) => {
  test.setTimeout(300_000);
  const rule = `${MARK} by keys`;
  const rule_id = await makeRuleThatFires(api, rule);

  const { id, secret } = keyOfTests();
  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel(text.signIn.keyId));
  await page.keyboard.type(id);
  await tabTo(page, page.getByLabel(text.signIn.secret));
  await page.keyboard.type(secret);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/dashboards/executive");
  await settled(page);

  await tabTo(page, page.getByRole("link", { name: text.shell.skip }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: dashboards.actions.enlarge(WIDGET) }));
  await page.keyboard.press("Enter");
  const enlarged = page.getByRole("dialog", { name: WIDGET });
  await tabTo(page, enlarged.getByRole("button", { name: `${text.charts.asTable}: ${WIDGET}` }));
  await page.keyboard.press("Enter");
  await expect(enlarged.getByRole("table", { name: WIDGET })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(enlarged).toBeHidden();
  await expectAlert(api, rule_id);

  await goTo(page, text.areas.alerts);
  await tabTo(page, page.getByRole("button", { name: alerts.acknowledgeTitle(rule) }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(alerts.note)).toBeFocused();
  await page.keyboard.type("Without a pointer");
  const confirmation = page.getByRole("dialog", { name: alerts.acknowledgeTitle(rule) });
  await tabTo(page, confirmation.getByRole("button", { name: alerts.acknowledge, exact: true }));
  await page.keyboard.press("Enter");
  await expect(confirmation).toBeHidden();
  expect(await alertOf(api, rule_id)).toMatchObject({ status: "acknowledged", note: "Without a pointer" });

  await goTo(page, text.areas.replay);
  await tabTo(page, page.getByRole("main").getByRole("link", { name: replay.new }).first());
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: replay.form.name, exact: true }));
  await page.keyboard.type(rule);
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: replay.page.run, exact: true }));
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("fidelity")).toBeVisible({ timeout: 150_000 });
});
