/** Signing in, and what becomes of a session. */
import { expect, expectAccessible, expectFitsPhone, fillSignInForm, signIn, test } from "./support";
import { text } from "../src/text";

test("a key signs in and leads to the page that was asked for", async ({ page, api }) => {
  await signIn(page, "/nowhere?a=1");

  await expect(page).toHaveURL("/nowhere?a=1");
  await expect(page.getByRole("navigation", { name: text.shell.navigation })).toBeVisible();
  expect((await api("get", "/api/v1/alerts", { query: { limit: 1 } })).alerts.length).toBeLessThanOrEqual(1);
});

test("a wrong secret is refused, and what was typed stays", async ({ page, tolerate }) => {
  tolerate(/\b401\b/);
  await page.goto("/sign-in");

  await fillSignInForm(page, { id: "key-of-nobody", secret: "wrong" });

  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel(text.signIn.keyId)).toHaveValue("key-of-nobody");
  await expect(page.getByLabel(text.signIn.secret)).toHaveValue("wrong");
});

test("the sign-in page is accessible and fits a phone", async ({ page }) => {
  await page.goto("/sign-in");

  await expect(page.getByLabel(text.signIn.keyId)).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
});
