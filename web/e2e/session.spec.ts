/** Signing in, and what becomes of a session. */
import { execFileSync } from "node:child_process";
import { text } from "../src/text";
import { expect, expectAccessible, expectFitsPhone, fillSignInForm, signIn, test } from "./support";

/** The link that `./tally open` prints, at the address of the tests, which is another name of the same host. */
function printedLink(): string {
  const directory = process.env.TALLY_DIRECTORY ?? "../.local";
  const printed = execFileSync("../tally", ["open", "--print", "--directory", directory], {
    encoding: "utf-8",
  });
  const { pathname, hash } = new URL(printed.trim());
  return pathname + hash;
}

test("a key signs in and leads to the page that was asked for", async ({ page, api }) => {
  await signIn(page, "/nowhere?a=1");

  await expect(page).toHaveURL("/nowhere?a=1");
  await expect(page.getByRole("navigation", { name: text.shell.navigation })).toBeVisible();
  expect((await api("get", "/api/v1/alerts", { query: { limit: 1 } })).alerts.length).toBeLessThanOrEqual(1);
});

test("the link that the command line prints signs in, once", async ({ page, context, tolerate }) => {
  tolerate(/\b401\b/);
  const link = printedLink();
  await page.goto(link);
  await expect(page.getByRole("navigation", { name: text.shell.navigation })).toBeVisible();
  expect(page.url()).not.toContain("code");
  await page.getByRole("button", { name: text.shell.preferences }).click();
  await page.getByRole("button", { name: text.actions.signOut }).click();
  await expect(page).toHaveURL("/sign-in");

  const again = await context.newPage();
  await again.goto(link);
  await expect(again.getByRole("alert")).toContainText(text.signIn.linkFailed);
});

test("a session goes on after a reload and in another tab, and ends in all of them", async ({
  page,
  context,
}) => {
  const navigation = { name: text.shell.navigation };
  await signIn(page, "/nowhere");
  await page.reload();
  await expect(page.getByRole("navigation", navigation)).toBeVisible();
  const other = await context.newPage();
  await other.goto("/nowhere");
  await expect(other.getByRole("navigation", navigation)).toBeVisible();

  await other.getByRole("button", { name: text.shell.preferences }).click();
  await other.getByRole("button", { name: text.actions.signOut }).click();

  await expect(other).toHaveURL("/sign-in");
  await expect(page.getByRole("dialog", { name: text.signIn.again })).toBeVisible();
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
