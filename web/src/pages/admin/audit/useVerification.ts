/** Asks the API to verify the audit log, part by part, until everything is verified or it is stopped. */
import { useEffect, useRef, useState } from "react";
import { call } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import { NOTHING_YET, type Verified, withPart } from "./verification";

const LONGEST_WAIT = 65;

export type Verification = {
  verified: Verified | null;
  isRunning: boolean;
  error: ApiError | null;
  start: () => void;
  stop: () => void;
};

export function useVerification(): Verification {
  const [verified, setVerified] = useState<Verified | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const stop = () => {
    running.current?.abort();
    setRunning(false);
  };
  const start = () => {
    const control = new AbortController();
    running.current = control;
    setVerified(null);
    setError(null);
    setRunning(true);
    verifyAll(control.signal, setVerified)
      .catch((failure: unknown) => {
        if (!control.signal.aborted) setError(toApiError(failure));
      })
      .finally(() => {
        if (!control.signal.aborted) setRunning(false);
      });
  };
  return { verified, isRunning, error, start, stop };
}

async function verifyAll(signal: AbortSignal, onPart: (verified: Verified) => void): Promise<void> {
  let verified = NOTHING_YET;
  let cursor: string | undefined;
  do {
    verified = withPart(verified, await askPatiently(cursor, signal));
    cursor = verified.next ?? undefined;
    onPart(verified);
  } while (cursor !== undefined);
}

/** A long log takes more requests than a minute allows: the wait that the API names is kept. */
async function askPatiently(cursor: string | undefined, signal: AbortSignal) {
  for (;;) {
    try {
      return await call("get", "/api/v1/analytics/audit/verification", { query: { cursor }, signal });
    } catch (failure) {
      const { status, retryAfter } = toApiError(failure);
      if (status !== 429 || retryAfter === undefined || retryAfter > LONGEST_WAIT) throw failure;
      await pause(retryAfter, signal);
    }
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("The verification was stopped.", "AbortError"));
    });
  });
}
