/** The session: a pair of tokens that exists in memory only, renewed before it expires.
 *
 * A refresh token can be used once, so exactly one tab owns it. Other tabs borrow access tokens from the owner and
 * inherit the refresh token when the owner closes. Across a reload, the pair is handed over in the tab's own storage,
 * from which the page removes it at once. Decision 0237 has the alternatives.
 */
import axios from "axios";
import * as z from "zod/mini";
import { ApiError, toApiError } from "@/api/errors";
import { text } from "@/text";
import { channelToOtherTabs, type Message } from "./tabs";

const pairSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  scope: z.string(),
});
const heldSchema = z.object({
  access: z.string(),
  expiresAt: z.number(),
  scopes: z.array(z.string()),
  refresh: z.nullable(z.string()),
});
/** `refresh` is null in tabs that borrow their access token from another one. */
export type Held = z.infer<typeof heldSchema>;
/** `claims` is the access token without its signature, which opens nothing. */
type Viewer = { scopes: readonly string[]; claims: string };

const HANDED_OVER = "tally.session";
const MARGIN_SECONDS = 30;

let held: Held | null = null;
/** Whom pages are drawn for: who is signed in, or was, so that forms stay while people sign in again. */
let viewer: Viewer = { scopes: [], claims: "" };
let renewal: Promise<Held> | null = null;
let resumption: Promise<void> | null = null;
const listeners = new Set<() => void>();
const tabs = channelToOtherTabs(answer);

/** Returns the present session, null before sign-in. */
export function currentSession(): Held | null {
  return held;
}

/** Calls back whenever somebody signs in or out, or the tokens are renewed. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the viewer may do what needs a scope; no scope includes another. */
export function may(scope: string): boolean {
  return viewer.scopes.includes(scope);
}

/** Returns the claims of the viewer's token, unsigned; empty before sign-in. */
export function viewerClaims(): string {
  return viewer.claims;
}

/** Signs in with the id and the secret of an API key. */
export async function signIn(clientId: string, clientSecret: string): Promise<void> {
  await obtain("/api/v1/auth/token", {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
}

/** Signs in with the code of a one-time link, which only the platform on a laptop makes. */
export async function signInByCode(code: string): Promise<void> {
  await obtain("/local/sign-in", { code });
}

/** Forgets the session in all tabs. */
export function signOut(): void {
  tabs.send({ kind: "signed out" });
  set(null);
}

/** Continues a session of another tab, or the one of before a reload; only the first call does anything. */
export function resumeSession(): Promise<void> {
  resumption ??= resume();
  return resumption;
}

async function resume(): Promise<void> {
  const kept = takeHandedOver();
  // After a reload there is a session already, and the lock may still be that of the page before.
  const borrowed = await borrow(kept === null);
  set(borrowed ?? kept);
}

/** Returns a token that is valid for the next seconds.
 *
 * @throws ApiError 401 when nobody is signed in, or the session has ended.
 */
export async function accessToken(): Promise<string> {
  if (held === null) throw signedOut();
  const isFresh = held.expiresAt - Date.now() > MARGIN_SECONDS * 1000;
  return isFresh ? held.access : (await renew()).access;
}

/** Returns another token than one that was refused. */
export async function renewedToken(refused: string): Promise<string> {
  if (held !== null && held.access !== refused) return held.access;
  return (await renew()).access;
}

function renew(): Promise<Held> {
  renewal ??= renewOnce().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renewOnce(): Promise<Held> {
  const session = held;
  if (session === null) throw signedOut();
  if (session.refresh === null) {
    const borrowed = await borrow(true);
    if (borrowed === null) return expire();
    set(borrowed);
    return borrowed;
  }
  try {
    return await obtain("/api/v1/auth/refresh", { refresh_token: session.refresh });
  } catch (error) {
    const failure = toApiError(error);
    if (failure.isTemporary) throw failure;
    return expire();
  }
}

/** Ends the session of this tab; what people were typing stays on the page, behind the request to sign in again. */
function expire(): never {
  set(null);
  throw signedOut();
}

async function obtain(url: string, body: object): Promise<Held> {
  try {
    const answer = await axios.post<{ data?: unknown }>(url, body, { timeout: 20_000 });
    const pair = pairSchema.parse(answer.data.data ?? answer.data);
    const session = {
      access: pair.access_token,
      refresh: pair.refresh_token,
      expiresAt: Date.now() + pair.expires_in * 1000,
      scopes: pair.scope.split(" "),
    };
    set(session);
    return session;
  } catch (error) {
    throw toApiError(error);
  }
}

async function borrow(isPatient: boolean): Promise<Held | null> {
  const answered = await tabs.ask(isPatient);
  const parsed = heldSchema.safeParse(answered);
  return parsed.success ? { ...parsed.data, refresh: null } : null;
}

/** Answers other tabs: an owner lends its access token; everybody signs out together, and one inherits. */
function answer(message: Message): Held | null {
  if (message.kind === "ask") return held?.refresh ? { ...held, refresh: null } : null;
  if (message.kind === "signed out") set(null);
  if (message.kind === "inherit" && held?.refresh === null) {
    const inherited = heldSchema.safeParse(message.session);
    if (inherited.success) tabs.claim(() => set(inherited.data));
  }
  return null;
}

function set(session: Held | null): void {
  held = session;
  tabs.lend(session?.refresh != null);
  if (session !== null) {
    viewer = { scopes: session.scopes, claims: session.access.replace(/\.[^.]*$/, "") };
  }
  for (const listener of listeners) listener();
}

function takeHandedOver(): Held | null {
  const stored = sessionStorage.getItem(HANDED_OVER);
  sessionStorage.removeItem(HANDED_OVER);
  const parsed = heldSchema.safeParse(stored === null ? null : JSON.parse(stored));
  return parsed.success ? parsed.data : null;
}

/** Hands the session over as the page goes: to itself if it is only reloaded, else to a tab that borrows from it. */
export function handOverOnLeave(): void {
  window.addEventListener("pagehide", () => {
    if (held?.refresh == null) return;
    sessionStorage.setItem(HANDED_OVER, JSON.stringify(held));
    tabs.send({ kind: "inherit", session: held });
  });
  window.addEventListener("pageshow", (event) => {
    // A page from the browser's cache may have a refresh token that was used meanwhile.
    if (event.persisted) void resume();
  });
}

function signedOut(): ApiError {
  return new ApiError({ status: 401, code: "SIGNED_OUT", message: text.errors.signedOut });
}
