/** The contributions to a score as a waterfall: a table with a bar in each row, from where the one above it ends. */
import { Box, ScrollArea, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Exact } from "@/components/Exact";
import { formatPercent } from "@/format/numbers";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { type Ends, placeOn } from "../parts/scale";
import { type Attribution, type Explanation, inUnit, signed, valueOf, waterfallOf } from "./waterfall";

const COLORS = { up: "orange.6", down: "teal.6", none: "gray.5", total: "gray.5" };

export function WaterfallTable({ explanation }: { explanation: Explanation }) {
  const { decisionId, baseValue, sum, unit, attributions } = explanation;
  const { base, steps, scale } = waterfallOf(explanation);
  const label = t.explanation.waterfallLabel(decisionId);
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}>
      <Table aria-label={label} fz="sm" verticalSpacing={4} miw={300}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.explanation.feature}</Table.Th>
            <Table.Th aria-hidden w="40%" />
            <Table.Th className="tally-number">{t.explanation.contribution}</Table.Th>
            <Table.Th className="tally-number" visibleFrom="xs">
              <Explained hint={t.explanation.importanceHint} fz="sm">
                {t.explanation.importance}
              </Explained>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Total label={t.explanation.base} from={0} to={base} scale={scale} name="base">
            {baseValue === null ? (
              <Explained hint={t.explanation.noBase}>{inUnit(base, unit)}</Explained>
            ) : (
              <Exact value={baseValue}>{inUnit(baseValue, unit)}</Exact>
            )}
          </Total>
          {steps.map(({ attribution, from, to }) => (
            <Table.Tr key={attribution.feature} data-feature={attribution.feature}>
              <Table.Td className="tally-break">
                <Feature {...attribution} />
              </Table.Td>
              <Table.Td>
                <Bar from={from} to={to} scale={scale} color={COLORS[attribution.direction]} />
              </Table.Td>
              <Table.Td className="tally-number">
                <Exact value={attribution.contribution}>{signed(attribution.contribution)}</Exact>
              </Table.Td>
              <Table.Td className="tally-number" visibleFrom="xs">
                {formatPercent(attribution.importance)}
              </Table.Td>
            </Table.Tr>
          ))}
          {attributions.length > 0 && (
            <Total label={t.explanation.sum} from={0} to={sum ?? base} scale={scale} name="sum">
              <Exact value={sum}>{inUnit(sum, unit)}</Exact>
            </Total>
          )}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function Feature({ feature, value }: Attribution) {
  return (
    <>
      <Text fz="sm" component="span">
        <bdi>{feature}</bdi>
      </Text>{" "}
      {value === null ? (
        <Explained fz="xs" c="dimmed" hint={t.explanation.noValue}>
          {valueOf(value)}
        </Explained>
      ) : (
        <Text fz="xs" c="dimmed" component="span" title={String(value)}>
          <bdi>{valueOf(value)}</bdi>
        </Text>
      )}
    </>
  );
}

type TotalProps = { label: string; from: number; to: number; scale: Ends; name: string; children: ReactNode };

function Total({ label, from, to, scale, name, children }: TotalProps) {
  return (
    <Table.Tr fw={650} data-total={name}>
      <Table.Td>{label}</Table.Td>
      <Table.Td>
        <Bar from={from} to={to} scale={scale} color={COLORS.total} />
      </Table.Td>
      <Table.Td className="tally-number">{children}</Table.Td>
      <Table.Td visibleFrom="xs" />
    </Table.Tr>
  );
}

function Bar({ from, to, scale, color }: { from: number; to: number; scale: Ends; color: string }) {
  const [start, end] = [placeOn(scale, Math.min(from, to)), placeOn(scale, Math.max(from, to))];
  return (
    <Box pos="relative" h={16} miw={90} aria-hidden>
      <Box
        pos="absolute"
        h="100%"
        left={`${start}%`}
        w={`${end - start}%`}
        miw={2}
        bg={color}
        style={{ borderRadius: 3 }}
      />
    </Box>
  );
}
