/** A quality score from 0 to 100 with a color: green from 95, yellow from 70, the default minimum, red below. */
import { Badge, Text } from "@mantine/core";
import { ABSENT, formatNumber } from "@/format/numbers";

export function Score({ score }: { score: number | null | undefined }) {
  if (score === null || score === undefined) return <Text size="sm">{ABSENT}</Text>;
  return (
    <Badge variant="light" color={score >= 95 ? "green" : score >= 70 ? "yellow" : "red"} miw={56}>
      {formatNumber(score)}
    </Badge>
  );
}
