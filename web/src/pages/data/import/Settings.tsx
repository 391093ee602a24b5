/** Where the file belongs, and from which mapping its reading starts. */
import { Autocomplete, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ApiError, toApiError } from "@/api/errors";
import type { RecordType } from "@/api/records.gen";
import { useApi } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Panel } from "@/components/Panel";
import { timeZones } from "@/preferences/preferences";
import { text as t } from "@/text/dataImport";
import { DATA_TYPE_CHOICES } from "../parts/dataTypes";
import { useSourceNames } from "../parts/DeliveryFilters";
import { readConfiguration } from "../sources/configuration";
import { type Draft, withSuggestion } from "./draft";
import { PRESET_CHOICES } from "./presets";
import { withZone } from "./questions";

export const SOURCE_ID = /^[A-Za-z0-9-]{3,50}$/;

export function Settings({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const known = useSourceNames();
  const source = useKnownSource(draft.sourceId, known);
  const ofSource = source?.configured.mappings?.[draft.type];
  const suggesting = useMutation<Draft, ApiError, { type: RecordType }>({
    mutationFn: ({ type }) =>
      withSuggestion({ ...draft, type }, { type, sourceId: "" }).catch((error: unknown) =>
        Promise.reject(toApiError(error)),
      ),
    onSuccess: onChange,
  });
  const startFrom = (origin: string | null) => {
    if (origin === null) return;
    if (origin === "suggested") suggesting.mutate({ type: draft.type });
    else if (origin === "source") onChange({ ...draft, origin, mapping: ofSource ?? {} });
    else onChange({ ...draft, origin, mapping: { preset: origin }, questions: [] });
  };
  const origins = [
    { value: "suggested", label: t.settings.suggested },
    ...(ofSource === undefined ? [] : [{ value: "source", label: t.settings.ofSource(draft.sourceId) }]),
    ...PRESET_CHOICES.filter(({ types }) => types.includes(draft.type)),
  ];
  return (
    <Panel title={t.settings.title}>
      <Stack gap="sm">
        <Select
          label={t.settings.type}
          description={t.settings.typeHint}
          data={DATA_TYPE_CHOICES}
          allowDeselect={false}
          value={draft.type}
          disabled={suggesting.isPending}
          onChange={(type) => type !== null && suggesting.mutate({ type: type })}
        />
        <Autocomplete
          label={t.settings.source}
          description={source === null ? t.settings.newSource : t.settings.knownSource(source.name)}
          data={known.map(({ value }) => value)}
          value={draft.sourceId}
          onChange={(sourceId) => onChange({ ...draft, sourceId })}
          error={SOURCE_ID.test(draft.sourceId) ? null : t.settings.sourceWrong}
          maxLength={50}
        />
        {source === null && (
          <TextInput
            label={t.settings.name}
            placeholder={t.settings.nameHint}
            value={draft.sourceName}
            maxLength={100}
            onChange={({ currentTarget }) => onChange({ ...draft, sourceName: currentTarget.value })}
          />
        )}
        <Select
          label={t.settings.origin}
          description={t.settings.originHint}
          data={origins}
          allowDeselect={false}
          searchable
          value={draft.origin}
          disabled={suggesting.isPending}
          onChange={startFrom}
        />
        <Select
          label={t.settings.zone}
          description={t.settings.zoneHint}
          data={timeZones()}
          searchable
          clearable
          placeholder={source?.configured.timezone ?? "UTC"}
          value={draft.mapping.timezone ?? null}
          onChange={(zone) => onChange({ ...draft, mapping: withZone(draft.mapping, zone) })}
        />
        {suggesting.error && <ErrorNotice error={suggesting.error} />}
      </Stack>
    </Panel>
  );
}

/** The configuration of a source that exists; null for a new one. */
function useKnownSource(sourceId: string, known: readonly { value: string; label: string }[]) {
  const isKnown = known.some(({ value }) => value === sourceId);
  const source = useApi("/api/v1/ingest/sources/{source_id}", {
    path: { source_id: sourceId || "-" },
    enabled: isKnown,
  });
  if (!isKnown || source.data === undefined) return null;
  return { name: source.data.name, ...readConfiguration(source.data.configuration) };
}
