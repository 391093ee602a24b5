/** A WebSocket that comes back by itself: with a new token, after growing pauses, and at once when the network is back. */
import * as z from "zod/mini";
import { accessToken } from "@/session/session";

export type SocketState = "connecting" | "open" | "lost" | "closed";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const PING_EVERY = 240_000;
const message = z.looseObject({ close: z.optional(z.number()) });

type Options = {
  /** Path with its query, e.g. `/ws/dashboards/executive`. */
  path: string;
  onMessage: (data: unknown) => void;
  onState: (state: SocketState) => void;
  /** What to send each time the socket has opened. */
  onOpen?: (send: (data: object) => void) => void;
};

export class LiveSocket {
  private readonly options: Options;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ping: ReturnType<typeof setInterval> | undefined;
  private failures = 0;
  private isWanted = true;

  constructor(options: Options) {
    this.options = options;
    window.addEventListener("online", this.retryNow);
    void this.connect();
  }

  send = (data: object): void => {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(data));
  };

  close(): void {
    this.isWanted = false;
    window.removeEventListener("online", this.retryNow);
    clearTimeout(this.timer);
    clearInterval(this.ping);
    this.socket?.close();
  }

  private readonly retryNow = (): void => {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    void this.connect();
  };

  private async connect(): Promise<void> {
    this.timer = undefined;
    this.options.onState(this.failures === 0 ? "connecting" : "lost");
    try {
      const token = await accessToken();
      if (this.isWanted) this.open(token);
    } catch {
      this.later();
    }
  }

  private open(token: string): void {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.options.path}`;
    const socket = new WebSocket(address, ["bearer", token]);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.options.onState("open");
      this.options.onOpen?.(this.send);
      this.ping = setInterval(() => this.send({ action: "ping" }), PING_EVERY);
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => this.receive(JSON.parse(data));
    socket.onclose = () => {
      clearInterval(this.ping);
      this.later();
    };
  }

  private receive(data: unknown): void {
    const parsed = message.safeParse(data);
    // 1008: what this socket is about was deleted, or is private now; there is nothing to come back to.
    if (parsed.success && parsed.data.close === 1008) this.isWanted = false;
    this.options.onMessage(data);
  }

  private later(): void {
    if (!this.isWanted) {
      this.options.onState("closed");
      return;
    }
    this.options.onState("lost");
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.failures);
    this.failures += 1;
    // Half of the pause is random, so that the pages of a crowd do not come back all at once.
    this.timer = setTimeout(() => void this.connect(), pause / 2 + (Math.random() * pause) / 2);
  }
}
