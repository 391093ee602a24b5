/** Messages between the tabs of one browser, which never leave it. */

export type Message =
  | { kind: "ask"; id: string }
  | { kind: "answer"; id: string; session: unknown }
  | { kind: "inherit"; session: unknown }
  | { kind: "signed out" };

type Tabs = {
  send: (message: Message) => void;
  /** Asks the other tabs for a session; null when none answers in time. A tab that lends may be busy for a while. */
  ask: (isPatient: boolean) => Promise<unknown>;
  /** Says whether this tab has a session to lend, so that others wait for its answer. */
  lend: (has: boolean) => void;
  /** Runs `then` in only one of the tabs that claim at the same time. */
  claim: (then: () => void) => void;
};

const LOCK = "tally.session.owner";
const LENDER = "tally.session.lender";
const CLAIM_MILLISECONDS = 2_000;
const ANSWER_MILLISECONDS = 200;
const BUSY_MILLISECONDS = 5_000;

/** Opens the channel; `answer` returns what to lend to a tab that asks, or null. */
export function channelToOtherTabs(answer: (message: Message) => unknown): Tabs {
  const channel = new BroadcastChannel("tally.session");
  const waiting = new Map<string, (session: unknown) => void>();
  let stopLending: (() => void) | undefined;
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "answer") {
      waiting.get(data.id)?.(data.session);
      return;
    }
    const lent = answer(data);
    if (data.kind === "ask" && lent) channel.postMessage({ kind: "answer", id: data.id, session: lent });
  };
  return {
    send: (message) => channel.postMessage(message),
    ask: async (isPatient) => {
      const milliseconds = isPatient && (await someoneLends()) ? BUSY_MILLISECONDS : ANSWER_MILLISECONDS;
      return new Promise((resolve) => {
        const id = crypto.randomUUID();
        const finish = (session: unknown) => {
          waiting.delete(id);
          resolve(session);
        };
        waiting.set(id, finish);
        channel.postMessage({ kind: "ask", id } satisfies Message);
        setTimeout(finish, milliseconds, null);
      });
    },
    lend: (has) => {
      stopLending?.();
      stopLending = undefined;
      if (!has) return;
      const until = new Promise<void>((resolve) => {
        stopLending = resolve;
      });
      void navigator.locks.request(LENDER, { mode: "shared" }, () => until);
    },
    claim: (then) => {
      // Held for as long as others may still claim: of those that do, the browser gives it to one.
      void navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
        if (lock === null) return;
        then();
        await new Promise((resolve) => setTimeout(resolve, CLAIM_MILLISECONDS));
      });
    },
  };
}

/** Whether a tab holds the lock of those that have a session to lend; the browser releases it when the tab closes. */
async function someoneLends(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === LENDER);
}
