/** Administration: keys that are made and revoked, the audit log and its verification, and the policy. */
import { text } from "../src/text";
import { text as t } from "../src/text/admin";
import { expect, expectAccessible, expectFitsPhone, settled, signIn, test } from "./support";

const MARK = `e2e ${Date.now().toString(36)}`;

test.afterEach(async ({ api }) => {
  const { content } = await api("get", "/api/v1/auth/keys", {
    query: { size: 100, sort: "created_at,desc" },
  });
  for (const { id } of content.filter(({ name, revoked_at }) => name.startsWith(MARK) && !revoked_at)) {
    await api("delete", "/api/v1/auth/keys/{key_id}", { path: { key_id: id } });
  }
});

test("a key is created, shows its secret once, signs in, and is revoked", async ({ page, request }) => {
  await signIn(page, "/admin/keys");
  await page.getByRole("button", { name: t.keys.create }).click();
  const form = page.getByRole("dialog", { name: t.keys.form.title });
  await form.getByRole("textbox", { name: t.keys.form.name }).fill(MARK);
  await form.getByRole("button", { name: text.actions.create, exact: true }).click();
  const made = page.getByRole("dialog", { name: t.keys.secret.created });
  const shown = (label: string) => made.getByLabel(label, { exact: true }).textContent();
  const [id, secret] = [await shown(t.keys.secret.id), await shown(t.keys.secret.secret)];
  await expectAccessible(page);
  const signsIn = async () => {
    const data = { grant_type: "client_credentials", client_id: id, client_secret: secret };
    return (await request.post("/api/v1/auth/token", { data })).status();
  };
  expect(await signsIn()).toBe(200);
  await made.getByRole("button", { name: t.keys.secret.done }).click();

  await page.getByRole("button", { name: t.keys.actions(MARK) }).click();
  await page.getByRole("menuitem", { name: t.keys.revoke }).click();
  await page.getByRole("button", { name: t.keys.revocation.confirm }).click();

  const row = page.getByRole("row").filter({ hasText: MARK });
  await expect(row.getByText(t.keys.statuses.revoked)).toBeVisible();
  expect(await signsIn()).toBe(401);
});

test("the audit log is verified, and shows what a change was", async ({ page }) => {
  await signIn(page, "/admin/audit");
  await page.getByRole("button", { name: t.audit.verify.start }).click();
  await expect(page.getByText(t.audit.verify.intact, { exact: true })).toBeVisible({ timeout: 60_000 });

  const table = page.getByRole("table", { name: t.audit.table });
  await table.getByRole("row").nth(1).getByRole("button").click();
  await expect(page.getByRole("dialog", { name: t.audit.entry.title })).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});

for (const path of ["/admin/keys", "/admin/audit", "/admin/policy"]) {
  test(`${path} is accessible in both themes and fits a phone`, async ({ page }) => {
    await signIn(page, path);
    await settled(page);

    await expectAccessible(page);
    await expectFitsPhone(page);
  });
}
