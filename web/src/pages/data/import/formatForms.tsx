/** Forms of a mapping's formats: times, numbers and vocabularies. */
import { Select, Switch, TagsInput } from "@mantine/core";
import type { RecordField } from "@/api/records.gen";
import { timeZones } from "@/preferences/preferences";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";
import { withEntry } from "./mapping";

type Edits = { mapping: Mapping; onChange: (mapping: Mapping) => void };
type Times = NonNullable<Mapping["date_formats"]>[string];
type Numbers = NonNullable<Mapping["numbers"]>[string];

const INSIDE = { withinPortal: false };
const TIME_FORMATS = [
  "%d/%m/%Y",
  "%m/%d/%Y",
  "%d.%m.%Y",
  "%Y-%m-%d",
  "%d/%m/%Y %H:%M",
  "%m/%d/%Y %H:%M",
  "%d.%m.%Y %H:%M",
  "%Y-%m-%d %H:%M:%S",
  "epoch_s",
  "epoch_ms",
  "excel_serial",
];
const AMBIGUOUS = (["reject", "first", "second"] as const).map((value) => ({
  value,
  label: t.formats.ambiguous[value],
}));

export function TimeFormatForm({ field, mapping, onChange }: Edits & { field: string }) {
  const times: Times = mapping.date_formats?.[field] ?? { formats: [], ambiguous: "reject" };
  const set = (changed: Partial<Times>) => {
    const next = { ...times, ...changed };
    onChange(withEntry(mapping, "date_formats", field, next.formats.length === 0 ? undefined : next));
  };
  const hasFormat = times.formats.length > 0;
  return (
    <>
      <TagsInput
        label={t.formats.times}
        description={t.formats.timesHint}
        data={TIME_FORMATS}
        value={times.formats}
        onChange={(formats) => set({ formats })}
        comboboxProps={INSIDE}
        maxTags={10}
      />
      <Select
        label={t.formats.zone}
        placeholder={t.formats.zoneDefault}
        data={timeZones()}
        searchable
        clearable
        disabled={!hasFormat}
        comboboxProps={INSIDE}
        value={times.timezone ?? null}
        onChange={(timezone) => set({ timezone })}
      />
      <Select
        label={t.formats.ambiguousLabel}
        data={AMBIGUOUS}
        allowDeselect={false}
        disabled={!hasFormat}
        comboboxProps={INSIDE}
        value={times.ambiguous}
        onChange={(ambiguous) => set({ ambiguous: ambiguous ?? "reject" })}
      />
    </>
  );
}

const DECIMALS = [".", ","].map((value) => ({ value, label: t.formats.decimals[value] ?? value }));
const THOUSANDS = ["", ",", ".", "'", " "].map((value) => ({
  value,
  label: t.formats.thousands[value] ?? value,
}));

export function NumberFormatForm({ name, mapping, onChange }: Edits & { name: string }) {
  const numbers: Partial<Numbers> = mapping.numbers?.[name] ?? {};
  const set = (changed: Partial<Numbers>) => {
    const entries = Object.entries({ ...numbers, ...changed }).filter(
      ([part, value]) =>
        value !== "" && value !== false && !(part === "decimal" && value === ".") && !isEmptyList(value),
    );
    const next = entries.length === 0 ? undefined : (Object.fromEntries(entries) as Numbers);
    onChange(withEntry(mapping, "numbers", name, next));
  };
  return (
    <>
      <Select
        label={t.formats.decimal}
        data={DECIMALS}
        allowDeselect={false}
        comboboxProps={INSIDE}
        value={numbers.decimal ?? "."}
        onChange={(decimal) => set({ decimal: decimal ?? "." })}
      />
      <Select
        label={t.formats.thousandsLabel}
        data={THOUSANDS}
        allowDeselect={false}
        comboboxProps={INSIDE}
        value={numbers.thousands ?? ""}
        onChange={(thousands) => set({ thousands: thousands ?? "" })}
      />
      <TagsInput
        label={t.formats.symbols}
        description={t.formats.symbolsHint}
        value={numbers.symbols ?? []}
        onChange={(symbols) => set({ symbols })}
        comboboxProps={INSIDE}
      />
      {(["negative_in_parentheses", "percent", "minor_units"] as const).map((flag) => (
        <Switch
          key={flag}
          label={t.formats.flags[flag]}
          checked={numbers[flag] ?? false}
          onChange={({ currentTarget }) => set({ [flag]: currentTarget.checked })}
        />
      ))}
    </>
  );
}

type WordsProps = Edits & { field: RecordField; examples: readonly string[] };

/** Words of the file that are not those of the data model. */
export function WordsForm({ field, examples, mapping, onChange }: WordsProps) {
  const values = mapping.values?.[field.name] ?? {};
  const words = [...new Set([...Object.keys(values), ...examples, "*"])];
  const set = (word: string, value: string | null) => {
    const rest = Object.fromEntries(Object.entries(values).filter(([each]) => each !== word));
    const next = value === null ? rest : { ...rest, [word]: value };
    const isEmpty = Object.keys(next).length === 0;
    onChange(withEntry(mapping, "values", field.name, isEmpty ? undefined : next));
  };
  return words.map((word) => (
    <Select
      key={word}
      label={word === "*" ? t.formats.anyWord : t.formats.word(word)}
      placeholder={t.formats.asItIs}
      data={[...(field.words ?? [])]}
      clearable
      comboboxProps={INSIDE}
      value={values[word] ?? null}
      onChange={(value) => set(word, value)}
    />
  ));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
