/** Chooses one status of a list, or all. */
import { Select } from "@mantine/core";

type Props<S extends string> = {
  label: string;
  /** What the choice of all is called. */
  all: string;
  names: Readonly<Record<S, string>>;
  statuses: readonly S[];
  value: string;
  onChange: (value: string | null) => void;
};

export function StatusFilter<S extends string>({ label, all, names, statuses, value, onChange }: Props<S>) {
  return (
    <Select
      label={label}
      w={180}
      value={value}
      onChange={onChange}
      allowDeselect={false}
      data={[{ value: "", label: all }, ...statuses.map((each) => ({ value: each, label: names[each] }))]}
    />
  );
}
