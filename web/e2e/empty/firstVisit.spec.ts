/** The first visit to a platform without any data: from signing in over a shop's export to its first chart. */
import { text as dashboards } from "../../src/text/dashboards";
import { text as t } from "../../src/text/dataImport";
import { expect, settled, signIn, test } from "../support";

/** Files go to the store itself, which has an origin of its own. */
const STORE = /^third party: .*\/uploads\//;
const COLUMNS = [
  "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping",
  "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name",
  "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable",
  "Lineitem fulfillment status,Billing Zip,Billing Country,Shipping Country,Notes,Cancelled at,Payment Method",
  "Refunded Amount,Vendor,Id,Source,Lineitem discount",
].join(",");
/** Two orders of Shopify, the first of two lines, at 12.50 twice, 7.00 and 30.00 dollars. */
const ROWS = [
  "#1001,ann@example.org,paid,2026-11-02 10:00:00 +0000,fulfilled,,no,USD,32.00,0.00,0.00,32.00,,0.00,Post,2026-11-02 10:00:00 +0000,2,Mug,12.50,,MUG,true,true,fulfilled,,US,US,,,Card,0.00,Shop,1,web,0.00",
  "#1001,ann@example.org,,,,,,,,,,,,,,2026-11-02 10:00:00 +0000,1,Spoon,7.00,,SPOON,true,true,fulfilled,,,,,,,,Shop,,,0.00",
  "#1002,bob@example.org,paid,2026-11-03 11:00:00 +0000,fulfilled,,no,USD,30.00,0.00,0.00,30.00,,0.00,Post,2026-11-03 11:00:00 +0000,1,Bowl,30.00,,BOWL,true,true,fulfilled,,US,US,,,Card,0.00,Shop,2,web,0.00",
];
const REVENUE = 62;

test("a browser that saw data before the platform was reset is led to the import, too", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("tally.hasData", "yes"));
  await signIn(page);

  await expect(page.getByRole("heading", { name: dashboards.view.noData })).toBeVisible();
  await page.getByRole("link", { name: dashboards.view.import }).click();

  await expect(page.getByRole("heading", { name: t.firstTitle })).toBeVisible();
});

test("it leads to data: drop a shop's file, look, load it, and see revenue", async ({
  page,
  api,
  tolerate,
}) => {
  test.setTimeout(120_000);
  tolerate(STORE);
  await signIn(page);
  await page.waitForURL(/\/data\/import/);
  await expect(page.getByRole("heading", { name: t.firstTitle })).toBeVisible();

  const dropped = await page.evaluateHandle(
    (content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], "orders_export.csv", { type: "text/csv" }));
      return transfer;
    },
    [COLUMNS, ...ROWS, ""].join("\n"),
  );
  await page.locator(".mantine-Dropzone-root").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(page.locator(`[data-valid="${ROWS.length}"][data-rows="${ROWS.length}"]`)).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("preview.png"), fullPage: true });

  await page.getByRole("button", { name: /^Load / }).click();
  await expect(page.getByRole("heading", { name: t.loaded.titles.completed })).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.locator("[data-chart=drawn]")).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("loaded.png"), fullPage: true });

  const query = {
    metric_type: "revenue",
    "time_range[start]": "2026-11-01",
    "time_range[end]": "2026-11-05",
  } as const;
  const answer = await api("get", "/api/v1/analytics/metrics", { query });
  expect("summary" in answer && answer.summary.total).toBe(REVENUE);

  await page.goto("/dashboards/executive");
  await settled(page);
  await expect(page.getByRole("heading", { name: dashboards.view.noData })).toBeHidden();
});
