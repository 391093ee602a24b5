/** How the file is written, as detected; what was detected wrong can be set. */
import { Badge, Button, Group, NumberInput, Popover, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconAdjustments, IconFile } from "@tabler/icons-react";
import { formatBytes, formatNumber } from "@/format/numbers";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";
import type { Draft } from "./draft";
import { withPart } from "./mapping";
import type { Preview } from "./usePreview";

type Props = {
  draft: Draft;
  preview: Preview | null;
  onChange: (mapping: Mapping) => void;
  onAnother: () => void;
};

export function FileFacts({ draft, preview, onChange, onAnother }: Props) {
  return (
    <Group justify="space-between" gap="sm">
      <Group gap="xs">
        <IconFile size={20} aria-hidden />
        <Text fw={600} className="tally-break" dir="auto">
          {draft.file.name}
        </Text>
        <Text size="sm" c="dimmed">
          {formatBytes(draft.file.size)}
        </Text>
        {factsOf(preview).map((fact) => (
          <Badge key={fact} variant="default" tt="none">
            {fact}
          </Badge>
        ))}
      </Group>
      <Group gap="xs">
        {preview?.file.format === "csv" && <Shape mapping={draft.mapping} onChange={onChange} />}
        <Button variant="default" onClick={onAnother}>
          {t.file.another}
        </Button>
      </Group>
    </Group>
  );
}

function factsOf(preview: Preview | null): string[] {
  if (preview === null) return [t.file.notPreviewed];
  const { format, compression, encoding, delimiter, header, skipped_lines } = preview.file;
  return [
    t.file.formats[format],
    ...(compression && compression !== "none" ? [compression] : []),
    ...(encoding ? [encoding.toUpperCase()] : []),
    ...(delimiter ? [t.file.delimiter(t.file.signs[delimiter] ?? delimiter)] : []),
    ...(header === false ? [t.file.noHeader] : []),
    ...(skipped_lines ? [t.file.skipped(skipped_lines)] : []),
    t.file.rows(formatNumber(preview.rows)),
  ];
}

const DELIMITERS = [",", ";", "\t", "|"].map((value) => ({ value, label: t.file.signs[value] ?? value }));
const HEADERS = [
  { value: "true", label: t.file.withHeader },
  { value: "false", label: t.file.noHeader },
];

type FileShape = NonNullable<Mapping["file"]>;

function Shape({ mapping, onChange }: { mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  const shape: Partial<FileShape> = mapping.file ?? {};
  const set = (part: keyof FileShape, value: unknown) => {
    const rest = Object.entries({ ...shape, [part]: value }).filter(
      ([, each]) => each != null && each !== "",
    );
    onChange(withPart(mapping, "file", Object.fromEntries(rest) as FileShape));
  };
  return (
    <Popover width={280} position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Button variant="default" leftSection={<IconAdjustments size={14} aria-hidden />}>
          {t.file.shape}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="xs" c="dimmed">
            {t.file.shapeHint}
          </Text>
          <Select
            label={t.file.delimiterLabel}
            placeholder={t.file.detected}
            data={DELIMITERS}
            clearable
            comboboxProps={{ withinPortal: false }}
            value={shape.delimiter ?? null}
            onChange={(value) => set("delimiter", value)}
          />
          <Select
            label={t.file.headerLabel}
            placeholder={t.file.detected}
            data={HEADERS}
            clearable
            comboboxProps={{ withinPortal: false }}
            value={shape.header_row == null ? null : String(shape.header_row)}
            onChange={(value) => set("header_row", value === null ? null : value === "true")}
          />
          <NumberInput
            label={t.file.skipLabel}
            placeholder={t.file.detected}
            min={0}
            max={1000}
            allowDecimal={false}
            value={shape.skip_lines ?? ""}
            onChange={(value) => set("skip_lines", value === "" ? null : Number(value))}
          />
          <TextInput
            label={t.file.encodingLabel}
            placeholder={t.file.detected}
            value={shape.encoding ?? ""}
            onChange={({ currentTarget }) => set("encoding", currentTarget.value)}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
