/** Who looks at the pages, as the API names them: the user, and the API key. */
import * as z from "zod/mini";
import { viewerClaims } from "./session";

const claims = z.looseObject({ sub: z.string(), client_id: z.optional(z.string()) });
type Claims = z.infer<typeof claims>;

/** Returns the subject of the viewer's token, null before sign-in. The API, not this page, decides what they may do. */
export function currentSubject(): string | null {
  return claimsOf(viewerClaims())?.sub ?? null;
}

/** Returns the id of the API key that obtained the viewer's token, null before sign-in. */
export function currentKeyId(): string | null {
  return claimsOf(viewerClaims())?.client_id ?? null;
}

/** Returns what a JSON Web Token says of its owner, null if it is none. */
export function claimsOf(token: string): Claims | null {
  const [, payload = ""] = token.split(".");
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (each) =>
      each.charCodeAt(0),
    );
    return claims.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
  } catch {
    return null;
  }
}
