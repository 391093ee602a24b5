/** Chooses what a rule watches: the kind of metric, and its parts. */
import { Select, SimpleGrid } from "@mantine/core";
import { kpiLabel } from "@/format/kpis";
import { text as t } from "@/text/alertRules";
import {
  BOUNDED,
  BUSINESS,
  canBeProvisional,
  filtersOf,
  groupsOf,
  hasHistory,
  isBusiness,
  type Kind,
  KINDS,
  RULE_KPIS,
  type Subject,
} from "../subjects";
import { isOfValue } from "../ruleForm";
import { NamedFields, type SubjectProps } from "./NamedFields";
import { useRuleFormContext } from "./formContext";

const FIRST: Readonly<Record<Kind, Subject>> = {
  business: { kind: "business", name: "revenue", part: "sum" },
  kpi: { kind: "kpi", name: "decline_rate", part: "" },
  bounds: { kind: "bounds", name: "fraud_rate", part: "low" },
  drift: { kind: "drift", name: "score", part: "" },
  quality: { kind: "quality", name: "quality_score", part: "" },
  pipeline: { kind: "pipeline", name: "merge", part: "freshness" },
  silence: { kind: "silence", name: "", part: "silence" },
};
const kpis = (names: readonly string[]) =>
  names.map((value) => ({ value, label: kpiLabel(RULE_KPIS[value] ?? value) }));

export function MetricFields() {
  const form = useRuleFormContext();
  const { subject } = form.values;
  const error = form.errors.subject;
  const change = useChangeSubject();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
      <Select
        label={t.fields.kind}
        data={KINDS.map((value) => ({ value, label: t.kinds[value] }))}
        value={subject.kind}
        onChange={(kind) => kind !== null && change(FIRST[kind])}
        allowDeselect={false}
      />
      {subject.kind === "business" && <BusinessFields {...{ subject, change, error }} />}
      {subject.kind === "kpi" && (
        <Select
          label={t.fields.metric}
          data={kpis(Object.keys(RULE_KPIS))}
          value={subject.name}
          onChange={(name) => change({ ...subject, name: name ?? "" })}
          allowDeselect={false}
          error={error}
        />
      )}
      {subject.kind === "bounds" && <BoundFields {...{ subject, change, error }} />}
      <NamedFields {...{ subject, change, error }} />
    </SimpleGrid>
  );
}

/** Changes what is watched, and forgets what the new metric does not have. */
function useChangeSubject(): (subject: Subject) => void {
  const form = useRuleFormContext();
  return (subject) => {
    const { condition, filters, groupBy, useProvisional } = form.values;
    form.setValues({
      subject,
      condition:
        hasHistory(subject) || isOfValue(condition.type) ? condition : { ...condition, type: "above" },
      filters: filters.filter(({ field }) => filtersOf(subject).includes(field)),
      groupBy: groupBy !== null && groupsOf(subject).includes(groupBy) ? groupBy : null,
      useProvisional: useProvisional && canBeProvisional(subject),
    });
    form.clearErrors();
  };
}

function BusinessFields({ subject, change, error }: SubjectProps) {
  const aggregations = isBusiness(subject.name) ? BUSINESS[subject.name].aggregations : [subject.part];
  const choose = (name: string | null) => {
    if (name === null || !isBusiness(name)) return;
    const [first = ""] = BUSINESS[name].aggregations;
    change({ ...subject, name, part: first });
  };
  return (
    <>
      <Select
        label={t.fields.metric}
        data={Object.keys(BUSINESS).map((value) => ({ value, label: t.metrics[value] ?? value }))}
        value={subject.name}
        onChange={choose}
        allowDeselect={false}
        error={error}
      />
      {aggregations.length > 1 && (
        <Select
          label={t.fields.aggregation}
          data={aggregations.map((value) => ({ value, label: t.aggregations[value] ?? value }))}
          value={subject.part}
          onChange={(part) => change({ ...subject, part: part ?? "" })}
          allowDeselect={false}
        />
      )}
    </>
  );
}

function BoundFields({ subject, change, error }: SubjectProps) {
  return (
    <>
      <Select
        label={t.fields.bound}
        description={t.fields.boundHint}
        data={Object.entries(t.bounds).map(([value, label]) => ({ value, label }))}
        value={subject.part}
        onChange={(part) => change({ ...subject, part: part ?? "" })}
        allowDeselect={false}
      />
      <Select
        label={t.fields.metric}
        data={kpis(BOUNDED)}
        value={subject.name}
        onChange={(name) => change({ ...subject, name: name ?? "" })}
        allowDeselect={false}
        error={error}
      />
    </>
  );
}
