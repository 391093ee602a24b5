/** Says that the browser is offline, as long as it is. */
import { Badge } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { text } from "@/text";

export function Connection() {
  const { online } = useNetwork();
  return online ? null : (
    <Badge color="red" variant="filled" role="status">
      {text.freshness.offline}
    </Badge>
  );
}
