/** What goes wrong around the application is said, is waited for, and costs nobody what they had typed. */
import { text } from "../src/text";
import { text as r } from "../src/text/alertRules";
import { text as alerts } from "../src/text/alerts";
import { text as replay } from "../src/text/replay";
import { deleteMade, MARK } from "./alerts";
import { cardOf, numberOn, sell } from "./dashboards";
import { expect, expectAccessible, expectFitsPhone, fillSignInForm, settled, signIn, test } from "./support";

const RULES = "**/api/v1/alerts/rules";

test.afterEach(async ({ api }) => deleteMade(api));

test("a refusal for too many requests says how long to wait, and works afterwards", async ({
  page,
  tolerate,
}) => {
  tolerate(/\b429\b/);
  await page.route(RULES, (route) =>
    route.fulfill({
      status: 429,
      headers: { "Retry-After": "6" },
      json: { success: false, error: { code: "RATE_LIMIT_EXCEEDED", message: "Too many", details: null } },
    }),
  );
  await signIn(page, "/alerts/rules");
  const notice = page.getByRole("alert");
  await expect(notice).toContainText(text.errors.title[429] ?? "");
  await expect(notice).toContainText(/try again in \d s/);
  const retry = notice.getByRole("button", { name: text.actions.retry });
  await expect(retry).toBeDisabled();
  await expectAccessible(page);
  await expectFitsPhone(page);

  await page.unroute(RULES);
  await expect(retry).toBeEnabled();
  await retry.click();

  await expect(page.locator(".tally-row").first()).toBeVisible();
  await expect(notice).toHaveCount(0);
});

test("a key without the scope of a page is told which one it lacks", async ({ page, api, tolerate }) => {
  tolerate(/\b403\b/);
  const key = await api("post", "/api/v1/auth/keys", {
    body: { name: `${MARK} dashboards`, scopes: ["dashboards:read"], owner: "reader" },
  });
  try {
    await signIn(page, "/replay", { id: key.id, secret: key.client_secret });

    const notice = page.getByRole("alert");
    await expect(notice).toContainText(text.errors.title[403] ?? "");
    await expect(notice).toContainText("replay:read");
    await expect(notice).toContainText(/Request \S+/);
    await expect(page.getByRole("link", { name: replay.new })).toHaveCount(0);
  } finally {
    await api("delete", "/api/v1/auth/keys/{key_id}", { path: { key_id: key.id } });
  }
});

test("while the API is down, pages say so, keep what they show, and go on when it is back", async ({
  page,
  tolerate,
}) => {
  tolerate(/ERR_CONNECTION_REFUSED/);
  await signIn(page, "/alerts");
  await settled(page);
  const areas = page.getByRole("navigation", { name: text.shell.navigation });
  await page.route("**/api/**", (route) => route.abort("connectionrefused"));

  const experiments = areas.getByRole("link", { name: text.areas.experiments });
  await experiments.click();
  const notice = page.getByRole("alert");
  await expect(notice).toContainText(text.errors.unreachable);
  await areas.getByRole("link", { name: text.areas.alerts }).click();
  await expect(page.getByRole("region", { name: alerts.table.label })).toBeVisible();
  await expect(notice).toHaveCount(0);
  await experiments.click();
  await expect(notice).toContainText(text.errors.unreachable);

  await page.unroute("**/api/**");
  await notice.getByRole("button", { name: text.actions.retry }).click();

  await expect(page.getByRole("table").getByRole("link").first()).toBeVisible();
});

test("while the API is slow, a page shows where its answer will be", async ({ page }) => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(RULES, async (route) => {
    await answered;
    await route.continue();
  });
  await signIn(page, "/alerts/rules");
  await expect(page.locator("[aria-busy]").first()).toBeVisible();
  await expect(page.locator(".tally-row")).toHaveCount(0);

  answer();

  await expect(page.locator(".tally-row").first()).toBeVisible();
  await expect(page.locator("[aria-busy]")).toHaveCount(0);
});

test("offline, the numbers stay in sight; online again, they are the present ones", async ({
  page,
  context,
  deliver,
  tolerate,
}) => {
  tolerate(/ERR_INTERNET_DISCONNECTED/);
  await signIn(page, "/dashboards/executive");
  await settled(page);
  const revenue = cardOf(page, "revenue");
  const before = await numberOn(revenue);
  const offline = page.getByRole("status").filter({ hasText: text.freshness.offline });

  await context.setOffline(true);
  await expect(offline).toBeVisible();
  await sell(deliver, 10.25);
  await expect(revenue).toBeVisible();
  await context.setOffline(false);

  await expect(offline).toHaveCount(0);
  await expect
    .poll(async () => (await numberOn(revenue)) - before, { timeout: 60_000 })
    .toBeCloseTo(10.25, 2);
});

test("a live connection that is lost comes back by itself, with what happened meanwhile", async ({
  page,
  deliver,
}) => {
  let isDown = false;
  let drop: () => void = () => undefined;
  await page.routeWebSocket(/\/ws\/dashboards\//, (socket) => {
    if (isDown) {
      void socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    drop = () => {
      void server.close();
      void socket.close({ code: 1011 });
    };
  });
  await signIn(page, "/dashboards/executive");
  await settled(page);
  await expect(page.locator("[data-state=open]")).toBeVisible();
  const revenue = cardOf(page, "revenue");
  const before = await numberOn(revenue);

  isDown = true;
  drop();
  await expect(page.locator("[data-state=lost]")).toHaveText(text.freshness.reconnecting);
  await sell(deliver, 20.75);
  isDown = false;

  await expect(page.locator("[data-state=open]")).toBeVisible({ timeout: 45_000 });
  await expect
    .poll(async () => (await numberOn(revenue)) - before, { timeout: 60_000 })
    .toBeCloseTo(20.75, 2);
});

test("a token that expires during work is renewed unnoticed", async ({ page, api, tolerate }) => {
  tolerate(/\b401\b/);
  await signIn(page, "/alerts/rules/new");
  await page.getByRole("textbox", { name: r.fields.name }).fill(`${MARK} renewed`);
  await page.getByRole("textbox", { name: r.fields.threshold }).fill("1");
  let refusals = 0;
  await page.route(RULES, async (route) => {
    if (route.request().method() !== "POST" || refusals > 0) return route.fallback();
    refusals += 1;
    return route.fulfill({ status: 401, json: { success: false, error: { code: "EXPIRED", message: "" } } });
  });

  await page.getByRole("button", { name: text.actions.save }).click();

  await expect(page).toHaveURL("/alerts/rules");
  expect(refusals).toBe(1);
  const { rules } = await api("get", "/api/v1/alerts/rules");
  expect(rules.filter(({ name }) => name === `${MARK} renewed`)).toHaveLength(1);
});

test("a session that ends during work is asked for, and what was typed is kept", async ({
  page,
  tolerate,
}) => {
  tolerate(/\b401\b/);
  await signIn(page, "/alerts/rules/new");
  await page.getByRole("textbox", { name: r.fields.name }).fill(`${MARK} kept`);
  await page.getByRole("textbox", { name: r.fields.threshold }).fill("1");
  const refuse = { status: 401, json: { success: false, error: { code: "EXPIRED", message: "Expired" } } };
  await page.route("**/api/v1/auth/refresh", (route) => route.fulfill(refuse));
  await page.route(RULES, (route) => route.fulfill(refuse));
  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(page.getByRole("dialog", { name: text.signIn.again })).toBeVisible();
  await expectAccessible(page);
  await page.unrouteAll();

  await fillSignInForm(page);

  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: r.fields.name })).toHaveValue(`${MARK} kept`);
  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(page).toHaveURL("/alerts/rules");
  await expect(page.locator(".tally-row").filter({ hasText: `${MARK} kept` })).toBeVisible();
});
