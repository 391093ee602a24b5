/** The decision taken: approved, reviewed or declined. */
import { Badge } from "@mantine/core";
import { text as t } from "@/text/fraud";

const COLORS: Readonly<Record<string, string>> = { approve: "teal", review: "yellow", decline: "red" };

export function OutcomeBadge({ outcome }: { outcome: string }) {
  return (
    <Badge size="sm" variant="light" color={COLORS[outcome] ?? "gray"} className="tally-badge">
      {t.outcomes[outcome] ?? outcome}
    </Badge>
  );
}
