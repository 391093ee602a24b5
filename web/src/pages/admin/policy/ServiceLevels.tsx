/** The service levels of the pipelines in the form of the configuration: how late, and how complete. */
import { NumberInput, ScrollArea, Stack, Table, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { text as t } from "@/text/admin";
import type { Values } from "./configurationForm";

export function ServiceLevels({ form }: { form: UseFormReturnType<Values> }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t.policy.levels}
      </Text>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": t.policy.levels }}>
        <Table aria-label={t.policy.levels} maw={720} fz="sm" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.policy.pipeline}</Table.Th>
              <Table.Th>{t.policy.freshness}</Table.Th>
              <Table.Th>{t.policy.completeness}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {form.values.slos.map(({ pipeline }, place) => (
              <Table.Tr key={pipeline}>
                <Table.Td>{pipeline}</Table.Td>
                <Table.Td>
                  <NumberInput
                    size="xs"
                    aria-label={t.policy.of(t.policy.freshness, pipeline)}
                    min={1}
                    allowDecimal={false}
                    thousandSeparator=","
                    {...form.getInputProps(`slos.${place}.freshnessSeconds`)}
                  />
                </Table.Td>
                <Table.Td>
                  <NumberInput
                    size="xs"
                    aria-label={t.policy.of(t.policy.completeness, pipeline)}
                    min={0}
                    max={100}
                    decimalScale={4}
                    {...form.getInputProps(`slos.${place}.completeness`)}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Stack>
  );
}
