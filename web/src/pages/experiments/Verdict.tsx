/** What an interval says, in a word. */
import { Badge, Tooltip } from "@mantine/core";
import { type Comparison, type Judged, verdictOf } from "./comparisons";
import { text as t } from "@/text/experiments";

const COLORS = { better: "green", worse: "red", open: "gray", unknown: "gray" };

export function Verdict({ comparison, judged }: { comparison: Comparison; judged: Judged }) {
  const verdict = comparison.interval === null ? "unknown" : verdictOf(judged, comparison);
  const words = judged.limit === null ? t.results.verdicts : t.results.guardrailVerdicts;
  const badge = (
    <Badge
      color={COLORS[verdict]}
      variant="light"
      miw="max-content"
      {...(verdict === "unknown" ? { tabIndex: 0 } : {})}
    >
      {words[verdict]}
    </Badge>
  );
  return verdict === "unknown" ? <Tooltip label={t.results.noInterval}>{badge}</Tooltip> : badge;
}
