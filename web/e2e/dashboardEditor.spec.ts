/** Dashboards as people make them: arranged, corrected, changed by two at once, copied and deleted. */
import type { Locator, Page } from "@playwright/test";
import { text } from "../src/text";
import { text as t } from "../src/text/dashboards";
import { cardOf, DASHBOARD, deleteMade, make, MARK, REVENUE, totalOf } from "./dashboards";
import { expect, expectAccessible, expectFitsPhone, settled, signIn, test, trackOf } from "./support";

test.afterEach(async ({ page, api }) => deleteMade(page, api));

test("a dashboard is made, filled, arranged with keys and by pointer, and saved", async ({ page, api }) => {
  await signIn(page, "/dashboards");
  await page.getByRole("button", { name: t.list.create }).click();
  const creation = page.getByRole("dialog", { name: t.list.create });
  await creation.getByRole("textbox", { name: t.editor.name }).fill(`${MARK} arranged`);
  await creation.getByRole("button", { name: text.actions.create }).click();
  await page.waitForURL(/\/dashboards\/[^/]+\/edit$/);
  const dashboard_id = new URL(page.url()).pathname.split("/")[2] ?? "";

  for (const title of ["First", "Second"]) {
    await page.getByRole("button", { name: t.editor.add }).click();
    const form = page.getByRole("dialog", { name: t.editor.widget });
    await form.getByRole("textbox", { name: t.editor.title }).fill(title);
    await form.getByRole("button", { name: t.editor.done }).click();
    await expect(form).toBeHidden();
  }
  const handle = page.getByRole("button", { name: t.editor.move("Second") });
  for (let column = 0; column < 4; column += 1) await handle.press("ArrowRight");
  await handle.press("Shift+ArrowRight");
  await dragBy(page, page.getByRole("region", { name: "Second" }), handle, 2, 5);
  await page.getByRole("button", { name: text.actions.save }).click();

  await expect(page).toHaveURL(`/dashboards/${dashboard_id}`);
  await expect(page.getByRole("heading", { level: 1, name: `${MARK} arranged` })).toBeVisible();
  const { widgets } = await api("get", DASHBOARD, { path: { dashboard_id } });
  expect(widgets.map(({ title, position }) => ({ title, ...position }))).toEqual([
    { title: "First", x: 0, y: 0, w: 4, h: 2 },
    { title: "Second", x: 6, y: 0, w: 5, h: 2 },
  ]);
  for (const { widget_id } of widgets) {
    const total = await totalOf(api, dashboard_id, widget_id);
    await expect(cardOf(page, widget_id)).toHaveAttribute("data-exact", String(total));
  }
});

/** Drags a widget of `width` columns to the right, by a number of columns. */
async function dragBy(page: Page, widget: Locator, handle: Locator, columns: number, width: number) {
  // Waits until the widget has come to rest.
  await handle.hover();
  const [frame, grip] = [await widget.boundingBox(), await handle.boundingBox()];
  if (frame === null || grip === null) throw new Error("The widget is not in sight.");
  const gap = 10;
  const [x, y] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
  await page.mouse.down();
  await page.mouse.move(x + (columns * (frame.width + gap)) / width, y, { steps: 10 });
  await page.mouse.up();
}

test("mistakes are shown at their fields, and what was typed stays", async ({ page, api, tolerate }) => {
  tolerate(/\b400\b/);
  const tooLong = "long".repeat(125);
  const dashboard_id = await make(api);
  await signIn(page, `/dashboards/${dashboard_id}/edit`);
  const name = page.getByRole("textbox", { name: t.editor.name });
  await name.fill(tooLong);
  await page.getByRole("button", { name: t.editor.edit(REVENUE.title) }).click();
  const form = page.getByRole("dialog", { name: t.editor.widget });
  const title = form.getByRole("textbox", { name: t.editor.title });
  await title.fill("");
  await form.getByRole("button", { name: t.editor.done }).click();

  await page.getByRole("button", { name: text.actions.save }).click();

  await expect(page.getByText(t.editor.invalid(2))).toBeVisible();
  await expect(name).toHaveAccessibleDescription(/200/);
  await expect(name).toHaveValue(tooLong);
  await page.getByRole("button", { name: t.editor.edit("").trim(), exact: true }).click();
  await expect(title).toHaveAttribute("aria-invalid", "true");
  expect((await api("get", DASHBOARD, { path: { dashboard_id } })).version).toBe(1);
});

test("of two tabs that edit one dashboard, the second to save is told, and loses nothing", async ({
  page,
  context,
  api,
  tolerate,
}) => {
  tolerate(/\b409\b/);
  const dashboard_id = await make(api);
  const other = await context.newPage();
  await signIn(page, `/dashboards/${dashboard_id}/edit`);
  await settled(page);
  await other.goto(`/dashboards/${dashboard_id}/edit`);
  const description = (tab: Page) => tab.getByRole("textbox", { name: t.editor.description });
  await description(page).fill("Mine");
  await description(other).fill("Theirs");
  await other.getByRole("button", { name: text.actions.save }).click();
  await expect(other).toHaveURL(`/dashboards/${dashboard_id}`);

  await page.getByRole("button", { name: text.actions.save }).click();

  const told = page.getByRole("dialog", { name: t.editor.conflict.title });
  await expect(told).toContainText("Version 2");
  await expect(page.getByLabel(t.editor.description)).toHaveValue("Mine");
  await told.getByRole("button", { name: t.editor.conflict.overwrite }).click();
  await expect(page).toHaveURL(`/dashboards/${dashboard_id}`);
  const stored = await api("get", DASHBOARD, { path: { dashboard_id } });
  expect([stored.description, stored.version]).toEqual(["Mine", 3]);
  // The first tab sees the change of the second one by itself.
  await expect(other.getByText("Mine", { exact: true })).toBeVisible();
  await other.close();
});

test("a dashboard is found by its name, copied, shared, and deleted after a confirmation", async ({
  page,
  api,
}) => {
  await make(api, { name: `${MARK} original` });
  await signIn(page, `/dashboards?whose=own&q=${MARK}`);
  const rows = page.getByRole("table", { name: t.list.label }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await rows.getByRole("link", { name: `${MARK} original` }).click();
  await page.getByRole("button", { name: t.actions.more }).click();
  await page.getByRole("menuitem", { name: t.actions.copy }).click();
  const title = page.getByRole("heading", { level: 1 });
  await expect(title).toHaveText(`${MARK} original (copy)`);

  await page.getByRole("link", { name: t.actions.edit, exact: true }).click();
  const shared = page.getByRole("switch", { name: t.editor.isPublic });
  await trackOf(shared).click();
  await expect(shared).toBeChecked();
  await page.getByRole("button", { name: text.actions.save }).click();
  await expect(page).toHaveURL(/\/dashboards\/[^/]+$/);
  const dashboard_id = new URL(page.url()).pathname.split("/")[2] ?? "";
  expect((await api("get", DASHBOARD, { path: { dashboard_id } })).is_public).toBe(true);

  await page.getByRole("button", { name: t.actions.more }).click();
  await page.getByRole("menuitem", { name: t.actions.delete }).click();
  await page.getByRole("dialog").getByRole("button", { name: text.actions.delete }).click();
  await expect(page).toHaveURL("/dashboards");
  const { dashboards } = await api("get", "/api/v1/dashboards");
  expect(dashboards.filter(({ name }) => name.includes(MARK)).map(({ name }) => name)).toEqual([
    `${MARK} original`,
  ]);
});

test("the editor is accessible in both themes and fits a phone", async ({ page, api }) => {
  await signIn(page, `/dashboards/${await make(api)}/edit`);
  await settled(page);

  await expectAccessible(page);
  await expectFitsPhone(page);
});
