/** Chooses when a rule fires, and when its alerts clear. */
import { NumberInput, Select, SimpleGrid, Stack } from "@mantine/core";
import { useReportingCurrency } from "@/api/reportingCurrency";
import { text as t } from "@/text/alertRules";
import { type ConditionType, isOfValue } from "../ruleForm";
import { hasHistory, type Subject, unitOf } from "../subjects";
import { useRuleFormContext } from "./formContext";

const TYPES = Object.keys(t.conditions) as ConditionType[];

export function ConditionFields() {
  const form = useRuleFormContext();
  const { subject, condition } = form.values;
  const legal = hasHistory(subject) ? TYPES : TYPES.filter(isOfValue);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
        <Select
          label={t.fields.condition}
          data={legal.map((value) => ({ value, label: t.conditions[value] }))}
          allowDeselect={false}
          {...form.getInputProps("condition.type")}
        />
        <Thresholds type={condition.type} />
        <Recovery type={condition.type} />
      </SimpleGrid>
    </Stack>
  );
}

function Thresholds({ type }: { type: ConditionType }) {
  const form = useRuleFormContext();
  const unit = useUnit(form.values.subject);
  switch (type) {
    case "above":
    case "below":
      return (
        <NumberInput
          label={t.fields.threshold}
          withAsterisk
          {...unit}
          {...form.getInputProps("condition.threshold")}
        />
      );
    case "outside":
      return (
        <>
          <NumberInput label={t.fields.low} withAsterisk {...unit} {...form.getInputProps("condition.low")} />
          <NumberInput
            label={t.fields.high}
            withAsterisk
            {...unit}
            {...form.getInputProps("condition.high")}
          />
        </>
      );
    case "change_above":
    case "change_below":
      return (
        <>
          <NumberInput
            label={t.fields.percent}
            description={t.fields.percentHint}
            withAsterisk
            suffix={t.suffixes.percent}
            {...form.getInputProps("condition.percent")}
          />
          <Select
            label={t.fields.against}
            data={Object.entries(t.againstChoices).map(([value, label]) => ({ value, label }))}
            allowDeselect={false}
            {...form.getInputProps("condition.against")}
          />
        </>
      );
    case "anomaly":
      return (
        <NumberInput
          label={t.fields.k}
          description={t.fields.kHint}
          min={0}
          {...form.getInputProps("condition.k")}
        />
      );
  }
}

function Recovery({ type }: { type: ConditionType }) {
  const form = useRuleFormContext();
  const unit = useUnit(form.values.subject);
  const changes = type === "anomaly" ? {} : { suffix: t.suffixes.percent };
  return (
    <NumberInput
      label={t.fields.recovery}
      description={type === "anomaly" ? t.fields.recoveryOfAnomaly : t.fields.recoveryHint}
      {...(isOfValue(type) ? unit : changes)}
      {...form.getInputProps("recovery")}
    />
  );
}

/** How thresholds of a metric are written: with a percent sign, in seconds, in the reporting currency. */
function useUnit(subject: Subject): { suffix?: string; thousandSeparator?: string } {
  const currency = useReportingCurrency();
  const { filters } = useRuleFormContext().values;
  const own = filters.find(({ field }) => field === "currency")?.values[0] ?? currency;
  switch (unitOf(subject)) {
    case "share":
      return { suffix: t.suffixes.share };
    case "seconds":
      return { suffix: t.suffixes.seconds, thousandSeparator: "," };
    case "money":
      return { thousandSeparator: ",", ...(own === null ? {} : { suffix: ` ${own}` }) };
    case "number":
      return { thousandSeparator: "," };
  }
}
