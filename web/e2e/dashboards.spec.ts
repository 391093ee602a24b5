/** Dashboards as people look at them: their numbers are the API's, and change by themselves. */
import { text } from "../src/text";
import { text as t } from "../src/text/dashboards";
import {
  answerOf,
  cardOf,
  deleteMade,
  make,
  MARK,
  numberOn,
  REVENUE,
  saleOf,
  sell,
  TILL,
  totalOf,
} from "./dashboards";
import { expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

const BUILT_IN = ["executive", "operations", "finance", "marketing", "fraud"];

test.afterEach(async ({ page, api }) => deleteMade(page, api));

test("the numbers on cards and in tables are those of the API", async ({ page, api }) => {
  await signIn(page, "/dashboards/executive");
  await settled(page);
  for (const id of ["revenue", "orders-value", "customers", "conversion"]) {
    await expect
      .poll(async () => (await numberOn(cardOf(page, id))) - (await totalOf(api, "executive", id)))
      .toBe(0);
  }

  await page.goto("/dashboards/marketing?widget=products");
  const rows = page.getByRole("dialog").getByRole("row");
  await expect(rows.nth(1)).toBeVisible();
  const { products } = await answerOf<{
    products: { product_id: string; name: string | null; quantity_sold: number }[];
  }>(api, "marketing", "products");
  await expect(rows).toHaveCount(products.length + 1);
  for (const [place, { product_id, name, quantity_sold }] of products.entries()) {
    const cells = rows.nth(place + 1);
    await expect(cells.locator(`[title="${product_id}"]`)).toHaveText(name ?? product_id);
    await expect(cells.locator(`[title="${quantity_sold}"]`).first()).toBeVisible();
  }
});

test("a sale that a program sends changes the revenue in sight within seconds", async ({
  page,
  api,
  deliver,
}) => {
  const price = 123.45;
  await signIn(page, "/dashboards/executive");
  await settled(page);
  await expect(page.locator("[data-state=open]")).toBeVisible();
  const revenue = cardOf(page, "revenue");
  const before = await numberOn(revenue);
  await page.evaluate(() => document.body.setAttribute("data-loaded", "once"));

  await sell(deliver, price);

  await expect
    .poll(async () => (await numberOn(revenue)) - before, { timeout: 45_000 })
    .toBeCloseTo(price, 2);
  expect(await numberOn(revenue)).toBe(await totalOf(api, "executive", "revenue"));
  await expect(page.locator("body"), "was not reloaded").toHaveAttribute("data-loaded", "once");
});

test("names that are long, right to left or script neither run nor break the page", async ({
  page,
  api,
  deliver,
}) => {
  const script = `<script>document.title = "run"</script><img src="/run" onerror="document.title = 'run'">`;
  const names = [script, "long".repeat(125), "مرحبا بالعالم"];
  const data = names.map((product_category) => saleOf({ channel: MARK, product_category }));
  await deliver("batch", { source_id: TILL, data_type: "transactions", format: "json", data });
  const widgets = (["table", "bar_chart", "pie_chart"] as const).map((type, row) => ({
    ...REVENUE,
    widget_id: type,
    type,
    title: names[row]?.slice(0, 200) ?? "",
    position: { x: 0, y: 4 * row, w: 12, h: 4 },
    configuration: {
      ...REVENUE.configuration,
      time_window: "7d",
      group_by: "product_category",
      filters: { channel: [MARK] },
    },
  }));
  const name = `${MARK} ${script}`;
  const dashboard_id = await make(api, { name, description: names.join(" ").slice(0, 1000), widgets });
  const found = async () =>
    (await answerOf<{ groups?: unknown[] } | null>(api, dashboard_id, "table"))?.groups?.length;
  await expect.poll(found, { timeout: 45_000, intervals: [1_000] }).toBe(names.length);

  await signIn(page, `/dashboards/${dashboard_id}`);
  await settled(page);

  for (const each of names) await expect(page.getByRole("cell", { name: each, exact: true })).toBeVisible();
  await expect(page).toHaveTitle(`${name} · ${text.product}`);
  await expectFitsPhone(page);
  await page.goto(`/dashboards?q=${MARK}`);
  await expect(page.getByRole("link", { name })).toBeVisible();
  await expectFitsPhone(page);
});

test("a link opens a dashboard on the whole screen, or one widget of it", async ({ page }) => {
  await signIn(page, "/dashboards/executive?full=1");
  await page.getByRole("button", { name: t.actions.leaveFullScreen }).click();
  await expect(page).toHaveURL("/dashboards/executive");

  await page
    .getByRole("button", { name: t.actions.enlarge("Revenue by day, with the 90 days before") })
    .click();
  await expect(page).toHaveURL("/dashboards/executive?widget=revenue-by-day");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

for (const path of ["/dashboards", ...BUILT_IN.map((id) => `/dashboards/${id}`)]) {
  test(`${path} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}

test("a key that may only look is offered no changes", async ({ page, api }) => {
  const dashboard_id = await make(api, { name: `${MARK} seen`, is_public: true });
  const key = await api("post", "/api/v1/auth/keys", {
    body: { name: `${MARK} reader`, scopes: ["dashboards:read", "analytics:read"], owner: "reader" },
  });
  try {
    await signIn(page, `/dashboards/${dashboard_id}`, { id: key.id, secret: key.client_secret });
    await settled(page);
    await expect(page.getByRole("button", { name: t.actions.fullScreen })).toBeVisible();
    await expect(page.getByRole("link", { name: t.actions.edit, exact: true })).toHaveCount(0);
    await expect(page.getByRole("button", { name: t.actions.copy })).toHaveCount(0);

    await page.getByRole("link", { name: text.areas.dashboards, exact: true }).click();
    await expect(page.getByRole("link", { name: `${MARK} seen` })).toBeVisible();
    await expect(page.getByRole("button", { name: t.list.create })).toHaveCount(0);
    await expect(page.getByRole("link", { name: text.areas.replay, exact: true })).toHaveCount(0);
  } finally {
    await api("delete", "/api/v1/auth/keys/{key_id}", { path: { key_id: key.id } });
  }
});
