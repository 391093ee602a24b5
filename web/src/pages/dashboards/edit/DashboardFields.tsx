/** What a dashboard is called, whom it is for, and who may see it. */
import { Group, Paper, Select, Switch, TextInput } from "@mantine/core";
import { CATEGORIES } from "../model";
import type { Draft } from "./draft";
import { text as t } from "@/text/dashboards";

type Props = { draft: Draft; errors: Readonly<Record<string, string>>; onChange: (draft: Draft) => void };

export function DashboardFields({ draft, errors, onChange }: Props) {
  return (
    <Paper withBorder className="tally-surface" p="sm">
      <Group align="flex-start" gap="sm">
        <TextInput
          label={t.editor.name}
          required
          w={{ base: "100%", sm: 260 }}
          value={draft.name}
          error={errors.name}
          onChange={({ currentTarget }) => onChange({ ...draft, name: currentTarget.value })}
        />
        <TextInput
          label={t.editor.description}
          flex={1}
          miw={200}
          value={draft.description}
          error={errors.description}
          onChange={({ currentTarget }) => onChange({ ...draft, description: currentTarget.value })}
        />
        <Select
          label={t.list.category}
          w={150}
          allowDeselect={false}
          data={CATEGORIES.map((value) => ({ value, label: t.categories[value] ?? value }))}
          value={draft.category}
          error={errors.category}
          onChange={(category) => category && onChange({ ...draft, category })}
        />
      </Group>
      <Switch
        mt="sm"
        label={t.editor.isPublic}
        checked={draft.is_public}
        onChange={({ currentTarget }) => onChange({ ...draft, is_public: currentTarget.checked })}
      />
    </Paper>
  );
}
