/** Times visits of one dashboard, by a browser that has nothing and by tabs beside it; writes the figures as JSON. */
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Page, Response } from "@playwright/test";
import { fillSignInForm, test } from "./support";

const { TALLY_DASHBOARD = "executive", TALLY_VISITS = "5", TALLY_MEASURED = "visits.json" } = process.env;
const PATH = `/dashboards/${TALLY_DASHBOARD}`;

test("visit a dashboard", async ({ page, context }) => {
  const scripts = countScripts(page);
  const form = await seconds(async () => {
    await page.goto(`/sign-in?next=${encodeURIComponent(PATH)}`);
    await page.getByRole("textbox").first().waitFor();
  });
  const scriptsOfForm = await scripts();
  const first = await seconds(async () => {
    await fillSignInForm(page);
    await usable(page);
  });
  const scriptsOfVisit = await scripts();

  const later: number[] = [];
  for (let visit = 0; visit < Number(TALLY_VISITS); visit += 1) {
    const tab = await context.newPage();
    later.push(
      await seconds(async () => {
        await tab.goto(PATH);
        await usable(tab);
      }),
    );
    await tab.close();
  }
  await writeFile(TALLY_MEASURED, JSON.stringify({ form, first, later, scriptsOfForm, scriptsOfVisit }));
});

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Waits until each widget shows its answer, and no chart is missing. */
async function usable(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const widgets = [...document.querySelectorAll<HTMLElement>("[data-widget]")];
    const waiting = document.querySelector(
      "main :is([aria-busy], .mantine-Skeleton-root, [data-chart=loading])",
    );
    return (
      widgets.length > 0 && waiting === null && widgets.every(({ dataset }) => dataset.status === "success")
    );
  });
}

/** Counts the bytes of scripts as a distribution sends them, in gzip, until the returned function is called. */
function countScripts(page: Page): () => Promise<number> {
  const scripts: Response[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response);
  });
  return async () => {
    const sizes = await Promise.all(scripts.map(async (each) => gzipSync(await each.body()).length));
    return sizes.reduce((total, size) => total + size, 0);
  };
}
