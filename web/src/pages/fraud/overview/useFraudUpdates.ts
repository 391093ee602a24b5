/** Reads the key figures again when the platform says that they have changed, but not more often than a page may. */
import { useThrottledCallback } from "@mantine/hooks";
import * as z from "zod/mini";
import { useInvalidate } from "@/api/queries";
import type { SocketState } from "@/live/socket";
import { useSocket } from "@/live/useSocket";

const PAUSE = 30_000;
const updated = z.looseObject({ event: z.literal("metrics:updated") });

/** Returns the state of the connection. */
export function useFraudUpdates(): SocketState {
  const invalidate = useInvalidate();
  const readAgain = useThrottledCallback(() => void invalidate("/api/v1/analytics/dashboard"), PAUSE);
  const { state } = useSocket({
    path: "/ws/analytics",
    onOpen: (send) => send({ action: "subscribe", events: ["metrics:updated"] }),
    onMessage: (data) => {
      if (updated.safeParse(data).success) readAgain();
    },
  });
  return state;
}
