/** Which decisions are replayed: their window, filters, and the time up to which labels count. */
import { SimpleGrid, Stack, TagsInput, Text } from "@mantine/core";
import { useScenarioFormContext } from "./form";
import { DIMENSIONS } from "@/format/dimensions";
import { dimensions } from "@/text/dimensions";
import { useApi } from "@/api/queries";
import { MomentInput } from "@/components/form/MomentInput";
import { formatNumber } from "@/format/numbers";
import { may } from "@/session/session";
import { text as t } from "@/text/replay";

export function WindowFields() {
  const form = useScenarioFormContext();
  const { start, end } = form.values;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <MomentInput
          label={t.form.start}
          isRequired
          value={start}
          onChange={(at) => form.setFieldValue("start", at)}
          error={form.errors.start}
        />
        <MomentInput
          label={t.form.end}
          isRequired
          value={end}
          onChange={(at) => form.setFieldValue("end", at)}
          error={form.errors.end}
        />
        <MomentInput
          label={t.form.asOf}
          value={form.values.asOf}
          onChange={(at) => form.setFieldValue("asOf", at)}
          error={form.errors.asOf}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t.form.asOfHint}
      </Text>
      {may("fraud:read") && <Size start={start} end={end} />}
      <Text size="sm" fw={500}>
        {t.form.filters}
      </Text>
      <Text size="xs" c="dimmed">
        {t.form.filtersHint}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {DIMENSIONS.map((name) => (
          <TagsInput
            key={name}
            label={dimensions[name]}
            placeholder={form.values.filters[name].length === 0 ? t.form.anyValue : ""}
            clearable
            {...form.getInputProps(`filters.${name}`)}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

/** How many decisions the window has, before filters, as the fraud metrics of the same range count them. */
function Size({ start, end }: { start: string | null; end: string | null }) {
  const isRange = start !== null && end !== null && start < end;
  const found = useApi("/api/v1/analytics/metrics", {
    query: { startDate: start, endDate: end, includeLatency: false, includeThroughput: false } as object,
    enabled: isRange,
  });
  const decisions = found.data !== undefined && "decisions" in found.data ? found.data.decisions : null;
  return (
    <Text size="sm" role="status">
      {isRange && decisions !== null ? t.form.size(formatNumber(decisions)) : t.form.sizeUnknown}
    </Text>
  );
}
