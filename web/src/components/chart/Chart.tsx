/** A chart with its numbers as a table for those who prefer it. */
import { ActionIcon, Box, Center, Group, ScrollArea, Table, Text, Tooltip } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import type { EChartsCoreOption } from "echarts/core";
import { useState } from "react";
import { text } from "@/text";
import { Plot } from "./Plot";

/** The numbers of a chart: names of columns, and rows of formatted values. */
export type ChartTable = { columns: readonly string[]; rows: readonly (readonly string[])[] };

type Props = {
  /** What the chart shows, for screen readers. */
  label: string;
  option: EChartsCoreOption;
  table: ChartTable;
  height?: number | string;
  /** Called with the name of the category that was clicked. */
  onSelect?: (name: string) => void;
};

export function Chart({ label, option, table, height = 260, onSelect }: Props) {
  const [isTable, setTable] = useState(false);
  if (table.rows.length === 0) {
    return (
      <Center h={height}>
        <Text c="dimmed" size="sm">
          {text.charts.noData}
        </Text>
      </Center>
    );
  }
  const Icon = isTable ? IconChartBar : IconTable;
  const change = isTable ? text.charts.asChart : text.charts.asTable;
  return (
    <Box pos="relative" h={height}>
      <Group pos="absolute" top={-4} right={0} style={{ zIndex: 1 }}>
        <Tooltip label={change}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`${change}: ${label}`}
            onClick={() => setTable(!isTable)}
          >
            <Icon size={14} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {isTable ? <Numbers label={label} {...table} /> : <Plot {...{ label, option, onSelect }} />}
    </Box>
  );
}

function Numbers({ label, columns, rows }: ChartTable & { label: string }) {
  return (
    <ScrollArea h="100%" type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}>
      <Table fz="xs" aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((each) => (
              <Table.Th key={each}>{each}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.join("\u0000")}>
              {row.map((cell, column) => (
                <Table.Td key={columns[column]} className={column === 0 ? "" : "tally-number"}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
