/** Filters that lists of deliveries share, kept in the address: source, data type and time of receipt. */
import { Group, Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import { RangePicker, useUrlRange } from "@/components/RangePicker";
import { useUrlState } from "@/components/useUrlState";
import type { Window } from "@/format/times";
import { text as t } from "@/text/data";
import { DATA_TYPE_CHOICES, isDataType } from "./dataTypes";

/** The API keeps deliveries for longer, but reads at most 92 days at once. */
export const WINDOWS: readonly Window[] = ["7d", "30d", "90d"];
const RESETS = ["page"];

/** Returns the filters as query parameters of the API. */
export function useDeliveryFilters() {
  const range = useUrlRange("7d", WINDOWS);
  const [source] = useUrlState("source", "");
  const [type] = useUrlState("type", "");
  return {
    source_id: source,
    data_type: isDataType(type) ? type : null,
    "time_range[start]": range.start,
    "time_range[end]": range.end,
  };
}

export function DeliveryFilters({ children }: { children?: ReactNode }) {
  return (
    <Group gap="xs">
      <RangePicker initial="7d" windows={WINDOWS} />
      <SourceFilter />
      <UrlSelect name="type" label={t.filters.type} any={t.filters.anyType} data={DATA_TYPE_CHOICES} />
      {children}
    </Group>
  );
}

function SourceFilter() {
  const sources = useSourceNames();
  return (
    <UrlSelect name="source" label={t.filters.source} any={t.filters.anySource} data={sources} searchable />
  );
}

/** The ids and names of the sources, for choices; a source in the address is a choice even if it is not among them. */
export function useSourceNames(): { value: string; label: string }[] {
  const [here] = useUrlState("source", "");
  const sources = useApi("/api/v1/ingest/sources", {
    query: { size: 100, active_only: "false", sort: "source_id" },
  });
  const known = (sources.data?.content ?? []).map(({ source_id, name }) => ({
    value: source_id,
    label: name,
  }));
  return here === "" || known.some(({ value }) => value === here)
    ? known
    : [...known, { value: here, label: here }];
}

type UrlSelectProps = {
  name: string;
  label: string;
  /** What is shown while nothing is chosen. */
  any: string;
  data: { value: string; label: string }[];
  searchable?: boolean;
};

/** A choice that is kept in the address; without one, the list is not filtered by it. */
export function UrlSelect({ name, label, any, data, searchable = false }: UrlSelectProps) {
  const [value, setValue] = useUrlState(name, "", RESETS);
  return (
    <Select
      size="xs"
      w={170}
      aria-label={label}
      placeholder={any}
      data={data}
      value={value === "" ? null : value}
      onChange={setValue}
      clearable
      searchable={searchable}
    />
  );
}
