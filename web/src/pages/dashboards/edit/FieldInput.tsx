/** The input of one field of a configuration, by its kind. */
import { NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { timeZones } from "@/preferences/preferences";
import { type Field, WINDOWS } from "./sources";
import { text as t } from "@/text/dashboards";

type Props = {
  field: Field;
  value: unknown;
  error: string | undefined;
  /** Undefined stands for the default of the API. */
  onChange: (value: unknown) => void;
};

export function FieldInput({ field, value, error, onChange }: Props) {
  const { name, kind, isRequired = false } = field;
  const common = { label: t.editor.fields[name] ?? name, required: isRequired, error };
  const text = typeof value === "string" ? value : "";
  switch (kind) {
    case "choice":
    case "window":
    case "zone":
      return (
        <Select
          {...common}
          data={optionsOf(field)}
          value={text === "" ? null : text}
          placeholder={t.editor.byDefault}
          clearable={!isRequired}
          allowDeselect={!isRequired}
          searchable={kind === "zone"}
          onChange={(chosen) => onChange(chosen ?? undefined)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          {...(field.bounds ? { min: field.bounds[0], max: field.bounds[1] } : {})}
          allowDecimal={false}
          placeholder={t.editor.byDefault}
          value={typeof value === "number" ? value : ""}
          onChange={(given) => onChange(typeof given === "number" ? given : undefined)}
        />
      );
    case "texts":
      return (
        <TagsInput
          {...common}
          placeholder={t.editor.anyValue}
          value={(Array.isArray(value) ? value : []).filter((each) => typeof each === "string")}
          onChange={(given) => onChange(given.length === 0 ? undefined : given)}
        />
      );
    case "switch":
      return (
        <Switch
          label={common.label}
          error={error}
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked ? true : undefined)}
        />
      );
    case "text":
      return (
        <TextInput
          {...common}
          placeholder={t.editor.byDefault}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
        />
      );
  }
}

function optionsOf({ name, kind, options = [] }: Field): { value: string; label: string }[] {
  if (kind === "zone") return timeZones().map((value) => ({ value, label: value }));
  const values = kind === "window" ? WINDOWS : options;
  const words = kind === "window" ? t.editor.windows : name === "metric_type" ? t.metrics : t.editor.options;
  return values.map((value) => ({ value, label: words[value] ?? t.dimensions[value] ?? value }));
}
