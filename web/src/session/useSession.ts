/** The session as React state. */
import { useSyncExternalStore } from "react";
import { currentSession, type Held, onSessionChange } from "./session";

/** Returns the session, and renders again when somebody signs in or out. */
export function useSession(): Held | null {
  return useSyncExternalStore(onSessionChange, currentSession);
}
