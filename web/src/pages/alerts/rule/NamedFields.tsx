/** Chooses a feature, a pipeline or a source by its name; the known ones are suggested. */
import { Autocomplete, Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import { rangeOf } from "@/format/times";
import { may } from "@/session/session";
import { text as t } from "@/text/alertRules";
import type { Subject } from "../subjects";

export type SubjectProps = { subject: Subject; change: (subject: Subject) => void; error: ReactNode };

export function NamedFields(props: SubjectProps) {
  switch (props.subject.kind) {
    case "drift":
      return <FeatureField {...props} />;
    case "pipeline":
      return <PipelineFields {...props} />;
    case "silence":
      return <SourceField {...props} />;
    default:
      return null;
  }
}

const RECENT = rangeOf("30d", "UTC");
const OWN_FEATURES = ["score", "amount"];

function FeatureField({ subject, change, error }: SubjectProps) {
  const { data } = useApi("/api/v1/analytics/drift", {
    query: { startDate: RECENT.start, endDate: RECENT.end },
    enabled: may("fraud:read"),
  });
  const found = data?.driftMetrics.map(({ featureName }) => featureName) ?? [];
  return (
    <Autocomplete
      label={t.fields.feature}
      description={t.fields.featureHint}
      data={[...new Set([...OWN_FEATURES, ...found])]}
      value={subject.name}
      onChange={(name) => change({ ...subject, name })}
      error={error}
    />
  );
}

function PipelineFields({ subject, change, error }: SubjectProps) {
  const { data } = useApi("/api/v1/analytics/pipeline/health", { enabled: may("fraud:read") });
  return (
    <>
      <Autocomplete
        label={t.fields.pipeline}
        data={data?.pipelines.map(({ pipelineId }) => pipelineId) ?? []}
        value={subject.name}
        onChange={(name) => change({ ...subject, name })}
        error={error}
      />
      <Select
        label={t.fields.measure}
        data={Object.entries(t.measures).map(([value, label]) => ({ value, label }))}
        value={subject.part}
        onChange={(part) => change({ ...subject, part: part ?? "" })}
        allowDeselect={false}
      />
    </>
  );
}

function SourceField({ subject, change, error }: SubjectProps) {
  const { data } = useApi("/api/v1/ingest/sources", {
    query: { size: 100, active_only: "false" },
    enabled: may("ingest:read"),
  });
  return (
    <Autocomplete
      label={t.fields.source}
      data={data?.content.map(({ source_id }) => source_id) ?? []}
      value={subject.name}
      onChange={(name) => change({ ...subject, name })}
      error={error}
    />
  );
}
