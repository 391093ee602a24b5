/** An interval on a scale, as a bar with a mark at the value; the numbers are beside it in words. */
import { Box } from "@mantine/core";
import { type Ends, placeOn } from "./scale";

type Props = {
  scale: Ends;
  interval: readonly number[] | null | undefined;
  value: number | null | undefined;
  /** A value to compare with, as a thin line. */
  reference?: number | null;
  color?: string;
};

const MARK = 3;

export function IntervalBar({ scale, interval, value, reference, color = "ink.5" }: Props) {
  const [low, high] = interval ?? [];
  const hasInterval = low !== undefined && high !== undefined;
  return (
    <Box pos="relative" h={10} w="100%" miw={60} aria-hidden className="tally-track">
      {hasInterval && (
        <Box
          pos="absolute"
          top={2}
          bottom={2}
          left={`${placeOn(scale, low)}%`}
          miw={2}
          w={`${placeOn(scale, high) - placeOn(scale, low)}%`}
          bg={color}
          opacity={0.4}
          style={{ borderRadius: 3 }}
        />
      )}
      {reference !== null && reference !== undefined && (
        <Mark at={placeOn(scale, reference)} width={1} color="var(--mantine-color-dimmed)" />
      )}
      {value !== null && value !== undefined && (
        <Mark
          at={placeOn(scale, value)}
          width={MARK}
          color={`var(--mantine-color-${color.replace(".", "-")})`}
        />
      )}
    </Box>
  );
}

function Mark({ at, width, color }: { at: number; width: number; color: string }) {
  return (
    <Box
      pos="absolute"
      top={0}
      bottom={0}
      left={`calc(${at}% - ${width / 2}px)`}
      w={width}
      bg={color}
      style={{ borderRadius: 2 }}
    />
  );
}
