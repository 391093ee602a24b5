/** Values of countries on a map of the world; below it what has no place there. */
import { Box, Text, useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import { Chart } from "@/components/chart/Chart";
import type { View } from "../answers/shown";
import { mapOption, mapTable, missingOf } from "./map";
import classes from "./widgets.module.css";
import { NAMES, WORLD } from "./world";
import { text as t } from "@/text/dashboards";

type Props = { title: string; view: Extract<View, { kind: "map" }> };

export default function MapView({ title, view }: Props) {
  const scheme = useComputedColorScheme("light");
  const option = useMemo(() => mapOption(view, NAMES, WORLD, scheme), [view, scheme]);
  const missing = missingOf(view, NAMES);
  return (
    <Box className={classes.map}>
      <Box className={classes.world}>
        <Chart label={title} height="100%" option={option} table={mapTable(view)} />
      </Box>
      {missing.length > 0 && (
        <Text size="xs" c="dimmed" className="tally-break" lineClamp={2} title={listOf(missing)}>
          {t.widget.unmatched} {listOf(missing)}
        </Text>
      )}
    </Box>
  );
}

function listOf(missing: readonly { name: string; value: string }[]): string {
  return missing.map(({ name, value }) => `${name} ${value}`).join(" · ");
}
