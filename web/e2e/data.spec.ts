/** Data: a file with bad rows is imported and repaired, wrong files are refused, and pages tell the API's numbers. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { formatNumber } from "../src/format/numbers";
import { text } from "../src/text";
import { text as t } from "../src/text/data";
import { text as i } from "../src/text/dataImport";
import { text as q } from "../src/text/dataQuarantine";
import { type Api, expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

/** A source of its own for each run, so that the numbers of runs do not add up. */
const SOURCE = `e2e-${Date.now().toString(36)}`;
const GOOD = 37;
/** What the bad rows call their product: none of it may run or break a page. */
const STRANGE = [
  `<script>document.title = "run"</script><img src="/run" onerror="document.title = 'run'">`,
  "long".repeat(125),
  "مرحبا بالعالم",
];
const ALL = GOOD + STRANGE.length;
/** The number of a row in its file, whose first row is the header. */
const lineOf = (row: number) => GOOD + 2 + row;
/** Files go to the store itself, which has an origin of its own. */
const STORE = /^third party: .*\/uploads\//;
const PAGES = ["import", "sources", "batches", "quarantine", "ledger", "quality", "pipelines"];

/** Sales as a till writes them: other names of columns, and quantities that are none in some rows. */
function salesFile(): string {
  const yesterday = Date.now() - 86_400_000;
  const rows = Array.from({ length: ALL }, (_, row) => {
    const day = new Date(yesterday - (row % 9) * 86_400_000).toISOString().slice(0, 10);
    const product = (STRANGE[row - GOOD] ?? "mug").replaceAll('"', '""');
    return `${SOURCE}-${row};${day} 1${row % 10}:30:00;"${product}";${row < GOOD ? 2 : "many"};9,90;EUR`;
  });
  return ["Line ID;Sold At;SKU;Qty;Price;Currency", ...rows, ""].join("\n");
}

async function choose(page: Page, name: string, content: string | Buffer): Promise<void> {
  const file = { name, mimeType: "text/csv", buffer: Buffer.from(content) };
  await page.locator('input[type="file"]').setInputFiles(file);
}

async function totalsOf(api: Api) {
  return (await api("get", "/api/v1/ingest/ledger", { query: { source_id: SOURCE } })).totals;
}

test.describe.configure({ mode: "serial" });

test("a file with bad rows is previewed, loaded and charted, in the API's numbers", async ({
  page,
  api,
  tolerate,
}) => {
  tolerate(STORE);
  await signIn(page, "/data/import");
  await choose(page, `${SOURCE}.csv`, salesFile());
  await expect(page.locator(`[data-valid="${GOOD}"][data-rows="${ALL}"]`)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "UTC", exact: true }).click();
  await page.getByRole("button", { name: i.upload.load(SOURCE) }).click();
  await page.waitForURL(/batch=/);
  await expect(page.getByRole("heading", { name: i.loaded.titles.completed })).toBeVisible({
    timeout: 45_000,
  });

  const batch_id = new URL(page.url()).searchParams.get("batch") ?? "";
  const { outcome } = await api("get", "/api/v1/ingest/batches/{batch_id}/status", { path: { batch_id } });
  expect(outcome).toMatchObject({ loaded: GOOD, quarantined: STRANGE.length, in_flight: 0 });
  for (const name of ["loaded", "quarantined"] as const) {
    await expect(page.locator(`[data-outcome="${name}"]`)).toContainText(formatNumber(outcome[name]));
  }
  await expect(page.locator("[data-chart=drawn]")).toBeVisible();

  await page.getByRole("link", { name: i.loaded.details }).click();
  await settled(page);
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("rejected rows with long, foreign and scripted text are shown as they are", async ({ page }) => {
  await signIn(page, `/data/quarantine?source=${SOURCE}`);
  await settled(page);

  for (const each of STRANGE) await expect(page.getByText(each.slice(0, 20)).first()).toBeVisible();
  await expect(page).toHaveTitle(`${q.title} · ${text.product}`);
  await expectFitsPhone(page);
  await page.getByRole("button", { name: q.openRow(lineOf(1), SOURCE) }).press("Enter");
  const editor = page.getByRole("dialog");
  await expect(editor.getByLabel("SKU")).toHaveValue(STRANGE[1] ?? "");
  await expectAccessible(page);
  await expectFitsPhone(page);
  await page.keyboard.press("Escape");
  await expect(editor).toBeHidden();
});

test("a rejected row is corrected, redriven and loaded; another one is dropped", async ({ page, api }) => {
  await signIn(page, `/data/quarantine?source=${SOURCE}`);
  await page.getByRole("button", { name: q.openRow(lineOf(0), SOURCE) }).click();
  const editor = page.getByRole("dialog");

  await editor.getByLabel("Qty").fill("none");
  await editor.getByRole("button", { name: q.redriveRow }).click();
  await expect(editor.locator('[data-accepted="0"][data-rejected="1"]')).toBeVisible();
  await expect(editor.getByLabel("Qty")).toHaveValue("none");
  await editor.getByLabel("Qty").fill("4");
  await editor.getByLabel("SKU").fill("mug");
  await editor.getByRole("button", { name: q.redriveRow }).click();

  await expect(editor).toBeHidden();
  await expect.poll(async () => (await totalsOf(api)).loaded, { timeout: 45_000 }).toBe(GOOD + 1);
  await page.getByRole("checkbox", { name: q.select(lineOf(1), SOURCE) }).check();
  await page.getByRole("button", { name: q.drop(1) }).click();
  const confirmation = page.getByRole("dialog");
  await confirmation.getByRole("button", { name: q.drop(1) }).click();
  await expect.poll(async () => (await totalsOf(api)).dropped).toBe(1);
  const quarantined = STRANGE.length - 1;
  expect(await totalsOf(api)).toMatchObject({ received: ALL, quarantined, balanced: true });
});

test("the ledger and the page of a source have the numbers of the API", async ({ page, api }) => {
  await signIn(page, `/data/ledger?source=${SOURCE}`);
  const totals = await totalsOf(api);
  for (const name of ["received", "loaded", "quarantined"] as const) {
    await expect(page.locator(`[data-total="${name}"]`)).toContainText(formatNumber(totals[name]));
  }

  await page.getByRole("link", { name: SOURCE }).first().click();
  await expect(page).toHaveURL(`/data/sources/${SOURCE}`);
  const delivered = page.getByRole("table", { name: t.sources.deliveredTitle });
  await expect(delivered).toContainText(formatNumber(totals.received));
  await settled(page);
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("records that the stream could not load are shown with what to do, whatever else is there", async ({
  page,
}) => {
  const discarded = { batches: 12, records: 3456, oldest: "2026-01-02T03:04:05Z", complete: false };
  await page.route("**/api/v1/ingest/ledger?**", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { data: object };
    return route.fulfill({ response: answer, json: { ...body, data: { ...body.data, discarded } } });
  });
  await signIn(page, "/data/ledger?source=nobody-known");

  const notice = page.getByRole("alert");
  await expect(notice).toContainText(t.ledger.discarded(3456, 12, false));
  await expect(notice).toContainText("./tally stream redrive");
  await expect(page.getByText(t.ledger.none)).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});

test("files that cannot be imported are refused with the reason", async ({ page, tolerate }) => {
  tolerate(/\b422\b/);
  const folder = mkdtempSync(join(tmpdir(), "tally-e2e-"));
  const huge = join(folder, "huge.csv");
  writeFileSync(huge, "");
  truncateSync(huge, 5 * 1024 ** 3 + 1);
  try {
    await signIn(page, "/data/import");
    const refused = page.getByRole("alert");

    await choose(page, "empty.csv", "");
    await expect(refused).toContainText(i.wrongFiles.empty);
    await choose(page, "book.xlsx", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]));
    await expect(refused).toContainText(i.wrongFiles.workbook);
    await choose(page, "binary.csv", Buffer.alloc(5000));
    await expect(refused).toContainText("binary");
    await page.locator('input[type="file"]').setInputFiles(huge);
    await expect(refused).toContainText(i.wrongFiles.tooLarge);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const name of PAGES) {
  test(`/data/${name} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, `/data/${name}`);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}

test("the configuration of the source is deleted after a confirmation", async ({ page, api }) => {
  await signIn(page, `/data/sources/${SOURCE}`);
  await page.getByRole("button", { name: t.sources.delete }).click();
  await page.getByRole("dialog").getByRole("button", { name: t.sources.delete }).click();

  await expect(page).toHaveURL("/data/sources");
  const path = { source_id: SOURCE };
  const { configuration } = await api("get", "/api/v1/ingest/sources/{source_id}", { path });
  expect(configuration).toMatchObject({ mappings: {} });
});
