/** The four kinds of decisions with a known truth, with their shares, and how many are still open. */
import { Table, Text } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { type CellName, type Matrix, sharesOf } from "./matrix";

type Maturity = components["schemas"]["Maturity"];
const ROWS = [
  { label: t.matrix.flagged, cells: ["truePositives", "falsePositives"] },
  { label: t.matrix.approved, cells: ["falseNegatives", "trueNegatives"] },
] as const;
const COLORS: Readonly<Record<CellName, string>> = {
  truePositives: "teal",
  falsePositives: "yellow",
  falseNegatives: "red",
  trueNegatives: "teal",
};

export function Quadrants({ matrix, maturity }: { matrix: Matrix; maturity: Maturity }) {
  const { pending, unverified } = maturity;
  return (
    <>
      <Table aria-label={t.matrix.panel} withColumnBorders highlightOnHover={false} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Td w={104} />
            <Table.Th>{t.matrix.fraud}</Table.Th>
            <Table.Th>{t.matrix.legitimate}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ROWS.map(({ label, cells }) => (
            <Table.Tr key={label}>
              <Table.Th>{label}</Table.Th>
              {cells.map((cell) => (
                <Cell key={cell} matrix={matrix} cell={cell} />
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" mt="sm">
        {pending + unverified === 0
          ? t.matrix.settled
          : t.matrix.open(formatNumber(pending), formatNumber(unverified))}
      </Text>
    </>
  );
}

function Cell({ matrix, cell }: { matrix: Matrix; cell: CellName }) {
  const { ofAll, ofRow } = sharesOf(matrix, cell);
  return (
    <Table.Td bg={`var(--mantine-color-${COLORS[cell]}-light)`} data-cell={cell}>
      <Explained size="sm" hint={t.matrix.hints[cell]}>
        {t.matrix[cell]}
      </Explained>
      <Text fz={22} fw={650} data-value>
        {formatNumber(matrix[cell])}
      </Text>
      <Text size="xs">
        {t.matrix.ofRow(formatPercent(ofRow))}, {t.matrix.share(formatPercent(ofAll))}
      </Text>
    </Table.Td>
  );
}
