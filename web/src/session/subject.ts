/** Who is signed in, as the API names them in what they create. */
import * as z from "zod/mini";
import { currentSession } from "./session";

const claims = z.looseObject({ sub: z.string() });

/** Returns the subject of the session's token, null before sign-in. The API, not this page, decides what they may do. */
export function currentSubject(): string | null {
  const session = currentSession();
  return session === null ? null : subjectOf(session.access);
}

/** Returns the subject that a JSON Web Token names, null if it is none. */
export function subjectOf(token: string): string | null {
  const [, payload = ""] = token.split(".");
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (each) =>
      each.charCodeAt(0),
    );
    const parsed = claims.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data.sub : null;
  } catch {
    return null;
  }
}
