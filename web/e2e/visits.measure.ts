/** Times visits of one dashboard, by a browser that has nothing and by tabs beside it; writes the figures as JSON. */
import { writeFile } from "node:fs/promises";
import type { Page, Request } from "@playwright/test";
import { fillSignInForm, test } from "./support";

const { TALLY_DASHBOARD = "executive", TALLY_VISITS = "5", TALLY_MEASURED = "visits.json" } = process.env;
const PATH = `/dashboards/${TALLY_DASHBOARD}`;

test("visit a dashboard", async ({ page, context }) => {
  const transferred = countBytes(page);
  const form = await seconds(async () => {
    await page.goto(`/sign-in?next=${encodeURIComponent(PATH)}`);
    await page.getByRole("textbox").first().waitFor();
  });
  const first = await seconds(async () => {
    await fillSignInForm(page);
    await usable(page);
  });
  const bytes = await transferred();

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
  await writeFile(TALLY_MEASURED, JSON.stringify({ form, first, later, ...bytes }));
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

/** Counts the bytes of answers as they were sent, compressed, until the returned function is called. */
function countBytes(page: Page): () => Promise<{ scripts: number; all: number }> {
  const finished: Request[] = [];
  page.on("requestfinished", (request) => finished.push(request));
  return async () => {
    const sizes = await Promise.all(
      finished.map(async (request) => {
        const { responseBodySize } = await request.sizes();
        return { isScript: request.resourceType() === "script", size: responseBodySize };
      }),
    );
    const sum = (counted: typeof sizes) => counted.reduce((total, { size }) => total + size, 0);
    return { scripts: sum(sizes.filter(({ isScript }) => isScript)), all: sum(sizes) };
  };
}
