/** What the browser tests share: a signed-in page, the API beside it, and a guard that sees what goes wrong unnoticed.
 *
 * Import `test` and `expect` from here. Every test then fails on console errors, failed requests and requests to other
 * hosts in any of its tabs, except those it announces with `tolerate(/…/)`.
 */
import { AxeBuilder } from "@axe-core/playwright";
import {
  type APIRequestContext,
  type BrowserContext,
  expect,
  type Locator,
  type Page,
  test as base,
} from "@playwright/test";
import type { Method, Parts, PathsWith, Result } from "../src/api/client";
import { fillIn, unwrap, withoutBlanks } from "../src/api/wire";
import { text } from "../src/text";

export { expect } from "@playwright/test";

/** Calls the API as the application does, with a token of the same key. */
export type Api = <M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  parts?: Omit<Parts<P, M>, "signal">,
) => Promise<Result<P, M>>;

/** Sends records to a route of ingestion, as any program does. */
export type Deliver = (route: "batch" | "stream", body: object) => Promise<void>;

type Fixtures = {
  api: Api;
  /** An access token of the key, for requests that `api` has no form for. */
  token: string;
  deliver: Deliver;
  /** Announces problems that the test provokes, by a part of their description. */
  tolerate: (problem: RegExp) => void;
  guard: { problems: string[]; tolerated: RegExp[] };
};

export const test = base.extend<Fixtures>({
  guard: [
    async ({ context, baseURL }, provide) => {
      const guard: Fixtures["guard"] = { problems: [], tolerated: [] };
      watch(context, new URL(baseURL ?? "").host, (problem) => guard.problems.push(problem));
      await provide(guard);
      const { problems, tolerated } = guard;
      const unexpected = problems.filter((problem) => !tolerated.some((each) => each.test(problem)));
      expect(unexpected, "problems that the page did not show").toEqual([]);
    },
    { auto: true },
  ],
  tolerate: async ({ guard }, provide) => {
    await provide((problem) => guard.tolerated.push(problem));
  },
  token: async ({ request }, provide) => {
    await provide(await tokenOf(request));
  },
  deliver: async ({ request, token }, provide) => {
    await provide(async (route, data) => {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await request.post(`/api/v1/ingest/${route}`, { headers, data });
      expect(answer.ok(), `${route}: ${answer.status()} ${await answer.text()}`).toBe(true);
    });
  },
  api: async ({ request, token }, provide) => {
    await provide((method, path, parts) => callApi(request, token, method, path, parts));
  },
});

/** The API key of the tests, from the environment: its id and its secret. */
export function keyOfTests(): { id: string; secret: string } {
  const { TALLY_KEY_ID: id, TALLY_KEY_SECRET: secret } = process.env;
  if (!id || !secret) throw new Error("Set TALLY_KEY_ID and TALLY_KEY_SECRET to an API key of the platform.");
  return { id, secret };
}

/** Signs in through the form, and goes on to a page. */
export async function signIn(page: Page, path = "/", key = keyOfTests()): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await fillSignInForm(page, key);
  await page.waitForURL(({ pathname }) => pathname !== "/sign-in");
}

/** Fills the form of the page, or of the request to sign in again, and sends it. */
export async function fillSignInForm(page: Page, key = keyOfTests()): Promise<void> {
  await page.getByLabel(text.signIn.keyId).fill(key.id);
  await page.getByLabel(text.signIn.secret).fill(key.secret);
  await page.getByRole("button", { name: text.actions.signIn }).click();
}

/** Waits until a page shows its answers, drawn charts included. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator("main h1")).toBeVisible();
  await expect(page.locator("[aria-busy], .mantine-Skeleton-root, [data-chart=loading]")).toHaveCount(0, {
    timeout: 60_000,
  });
}

/** What people click of a switch, whose input has no size. */
export function trackOf(input: Locator): Locator {
  return input.locator("xpath=following-sibling::*[1]");
}

/** Moves the focus to an element with the Tab key, as people without a pointer do. */
export async function tabTo(page: Page, target: Locator, most = 150): Promise<void> {
  await expect(target).toBeVisible();
  for (let steps = 0; steps < most && !(await isFocused(target)); steps += 1)
    await page.keyboard.press("Tab");
  await expect(target, `reached with at most ${most} tabs`).toBeFocused();
}

/** Expects that axe finds nothing serious on the page as it is, in both themes, and keeps a picture of each. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    await page.evaluate(finishAnimations);
    await page.screenshot({ path: test.info().outputPath(`${nameOf(page)}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 300)} ${failureSummary}`),
      );
    expect(serious, `findings of axe in the ${colorScheme} theme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** Expects that nothing but tables, which scroll by themselves, is wider than a small phone. */
export async function expectFitsPhone(page: Page): Promise<void> {
  const former = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  if (former !== null) await page.setViewportSize(former);
}

/** The address of a page as the name of a file. */
function nameOf(page: Page): string {
  return new URL(page.url()).pathname.replace(/\W+/g, "-").slice(1, 60) || "root";
}

async function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** Colors are wrong while they fade; animations without an end are not waited for. */
async function finishAnimations(): Promise<void> {
  const finite = document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(finite.map(({ finished }) => finished));
}

function watch(context: BrowserContext, ownHost: string, report: (problem: string) => void): void {
  context.on("console", (message) => {
    if (message.type() === "error") report(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => report(`error: ${error.error().message}`));
  context.on("response", (answer) => {
    if (answer.status() >= 400) report(`${answer.status()}: ${answer.request().method()} ${answer.url()}`);
  });
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "unknown";
    // Pages abort what they no longer need.
    if (reason !== "net::ERR_ABORTED") report(`failed: ${request.method()} ${request.url()}: ${reason}`);
  });
  const checkHost = (address: string) => {
    const { protocol, host } = new URL(address);
    if (/^(http|ws)s?:$/.test(protocol) && host !== ownHost) report(`third party: ${address}`);
  };
  context.on("request", (request) => checkHost(request.url()));
  context.on("page", (page) => page.on("websocket", (socket) => checkHost(socket.url())));
}

async function tokenOf(request: APIRequestContext): Promise<string> {
  const { id, secret } = keyOfTests();
  const answer = await request.post("/api/v1/auth/token", {
    data: { grant_type: "client_credentials", client_id: id, client_secret: secret },
  });
  expect(answer.ok(), "the key of the tests is accepted").toBe(true);
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

async function callApi<M extends Method, P extends PathsWith<M>>(
  request: APIRequestContext,
  token: string,
  method: M,
  path: P,
  parts: Omit<Parts<P, M>, "signal"> = {},
): Promise<Result<P, M>> {
  const answer = await request.fetch(fillIn(path, parts.path), {
    method,
    params: withoutBlanks(parts.query) as Record<string, string | number | boolean>,
    ...(parts.body === undefined ? {} : { data: parts.body }),
    headers: {
      Authorization: `Bearer ${token}`,
      ...(method === "post" ? { "Idempotency-Key": crypto.randomUUID() } : {}),
      ...parts.headers,
    },
  });
  const body = await answer.text();
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${body.slice(0, 500)}`).toBe(true);
  return (body === "" ? null : unwrap(JSON.parse(body))) as Result<P, M>;
}
