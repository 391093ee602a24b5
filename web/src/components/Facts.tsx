/** Facts about one thing, each with its name: a definition list in columns. */
import { Box, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Number of columns where there is room. */
  columns?: number;
};

export function Facts({ facts, columns = 5 }: Props) {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: columns }} spacing="md" verticalSpacing="xs" m={0}>
      {facts.map(([name, value]) => (
        <Box key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} className="tally-break">
            {value}
          </Text>
        </Box>
      ))}
    </SimpleGrid>
  );
}
