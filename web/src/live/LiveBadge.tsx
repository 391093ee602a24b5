/** Whether a page changes by itself at the moment. */
import { Badge, Tooltip } from "@mantine/core";
import { text } from "@/text";
import type { SocketState } from "./socket";

export function LiveBadge({ state }: { state: SocketState }) {
  const isLive = state === "open";
  return (
    <Tooltip label={isLive ? text.freshness.liveHint : text.freshness.reconnectingHint}>
      <Badge
        variant={isLive ? "dot" : "light"}
        color={isLive ? "green" : "yellow"}
        role="status"
        tabIndex={0}
        data-state={state}
      >
        {isLive ? text.freshness.live : text.freshness.reconnecting}
      </Badge>
    </Tooltip>
  );
}
