/** What people choose for all pages: the theme, and the time zone of times and days. */
import { text } from "../src/text";
import { expect, settled, signIn, test } from "./support";

const HOUR = 3_600_000;

test("a theme that is chosen changes the page at once, and stays", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await signIn(page, "/dashboards");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();

  await page.getByRole("button", { name: text.shell.preferences }).click();
  await page.getByText(text.shell.themes.dark, { exact: true }).click();

  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  await settled(page);
  expect(await background()).toBe(dark);
});

test("a time zone that is chosen is that of all times, and stays", async ({ page }) => {
  await signIn(page, "/data/batches?window=90d");
  const first = page.getByRole("row").nth(1).getByRole("link").first();
  const before = await first.textContent();

  await page.getByRole("button", { name: text.shell.preferences }).click();
  await page.getByRole("combobox", { name: text.shell.timeZone }).fill("Tokyo");
  await page.getByRole("option", { name: "Asia/Tokyo" }).click();

  await expect(first).not.toHaveText(before ?? "");
  await expect(first).toHaveText(/GMT\+9$/);
  await page.reload();
  await expect(first).toHaveText(/GMT\+9$/);
});

/** The zones furthest from UTC: no place is further west than 12 hours. */
for (const { timezoneId, hours } of [
  { timezoneId: "Pacific/Kiritimati", hours: 14 },
  { timezoneId: "Etc/GMT+12", hours: -12 },
]) {
  test.describe(`a browser in ${timezoneId}`, () => {
    test.use({ timezoneId });

    test("asks for the days of its zone, and shows its times", async ({ page, api }) => {
      const asked = page.waitForRequest((request) => request.url().includes("/ingest/ledger"));
      await signIn(page, "/data/ledger?window=custom&from=2026-03-01&to=2026-03-08");
      const query = new URL((await asked).url()).searchParams;
      const midnight = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) - hours * HOUR).getTime();
      expect(Date.parse(query.get("time_range[start]") ?? "")).toBe(midnight("2026-03-01"));
      expect(Date.parse(query.get("time_range[end]") ?? "")).toBe(midnight("2026-03-08"));

      await page.goto("/data/batches?window=90d");
      const { content } = await api("get", "/api/v1/ingest/batches", {
        query: { size: 1, sort: "started_at,desc" },
      });
      const there = new Date(Date.parse(content[0]?.started_at ?? "") + hours * HOUR);
      const clock = `${there.getUTCDate()} ${there.toLocaleString("en-GB", { month: "short", timeZone: "UTC" })}`;
      const first = page.getByRole("row").nth(1).getByRole("link").first();
      await expect(first).toContainText(clock);
      await expect(first).toContainText(there.toISOString().slice(11, 16));
      await settled(page);
    });

    test("offers the last full days to a replay, none of them in the future", async ({ page }) => {
      const asked = page.waitForRequest((request) => request.url().includes("/analytics/metrics"));
      await signIn(page, "/replay/new");
      const query = new URL((await asked).url()).searchParams;
      const [start, end] = [query.get("startDate") ?? "", query.get("endDate") ?? ""].map(Date.parse);
      const today = Math.floor((Date.now() + hours * HOUR) / (24 * HOUR)) * 24 * HOUR - hours * HOUR;
      expect(end).toBe(today);
      expect(start).toBe(today - 29 * 24 * HOUR);
    });
  });
}
