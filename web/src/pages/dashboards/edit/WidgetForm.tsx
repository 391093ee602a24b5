/** The form of a widget: what it asks, how that is shown, and where. */
import {
  Alert,
  Button,
  Drawer,
  Group,
  List,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
} from "@mantine/core";
import { type Configuration, type Position, questionOf, type Widget } from "../model";
import { typeFor } from "./draft";
import { errorAt, otherErrors, type WidgetErrors } from "./errors";
import { FieldInput } from "./FieldInput";
import { pointerOf, QUESTIONS, valueAt, withValue } from "./sources";
import { text as t } from "@/text/dashboards";

type Props = {
  widget: Widget;
  errors: WidgetErrors;
  onChange: (change: Partial<Widget>) => void;
  onMove: (position: Position) => void;
  onClose: () => void;
};

const OWN_FIELDS = ["/title", "/type", "/position", "/refresh_interval"];

export function WidgetForm({ widget, errors, onChange, onMove, onClose }: Props) {
  const question = questionOf(widget);
  const asked = QUESTIONS[question];
  const fields = asked?.fields(widget.configuration) ?? [];
  const others = otherErrors(errors, [...OWN_FIELDS, ...fields.map(({ name }) => pointerOf(name))]);
  const configure = (configuration: Configuration) => onChange({ configuration: { ...configuration } });
  const ask = (next: string | null) => {
    const base = next === null ? undefined : QUESTIONS[next]?.base;
    if (next !== null && base) onChange({ configuration: { ...base }, type: typeFor(next, widget.type) });
  };
  return (
    <Drawer opened onClose={onClose} position="right" title={t.editor.widget} size="md">
      <Stack gap="sm">
        {others.length > 0 && (
          <Alert color="red" role="alert">
            <List size="sm">
              {others.map((each) => (
                <List.Item key={each}>{each}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <TextInput
          label={t.editor.title}
          required
          data-autofocus
          value={widget.title}
          error={errorAt(errors, "/title")}
          onChange={({ currentTarget }) => onChange({ title: currentTarget.value })}
        />
        <Select
          label={t.editor.question}
          allowDeselect={false}
          data={Object.keys(QUESTIONS).map((value) => ({ value, label: t.editor.questions[value] ?? value }))}
          value={question}
          onChange={ask}
        />
        <Select
          label={t.editor.type}
          allowDeselect={false}
          data={(asked?.types ?? [widget.type]).map((value) => ({ value, label: t.editor.types[value] }))}
          value={widget.type}
          error={errorAt(errors, "/type")}
          onChange={(type) => type && onChange({ type })}
        />
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={valueAt(widget.configuration, field.name)}
            error={errorAt(errors, pointerOf(field.name))}
            onChange={(value) => configure(withValue(widget.configuration, field.name, value))}
          />
        ))}
        <Place position={widget.position} error={errorAt(errors, "/position")} onMove={onMove} />
        <NumberInput
          label={t.editor.interval}
          min={5}
          max={86_400}
          value={widget.refresh_interval}
          error={errorAt(errors, "/refresh_interval")}
          onChange={(value) => typeof value === "number" && onChange({ refresh_interval: value })}
        />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t.editor.done}</Button>
        </Group>
      </Stack>
    </Drawer>
  );
}

type PlaceProps = { position: Position; error: string | undefined; onMove: (position: Position) => void };

/** Position and size as numbers: the alternative to dragging. */
function Place({ position, error, onMove }: PlaceProps) {
  const limits = { x: [0, 11], y: [0, 10_000], w: [1, 12], h: [1, 100] } as const;
  return (
    <SimpleGrid cols={4} spacing="xs">
      {(["x", "y", "w", "h"] as const).map((name) => (
        <NumberInput
          key={name}
          label={t.editor.place[name]}
          min={limits[name][0]}
          max={limits[name][1]}
          allowDecimal={false}
          value={position[name]}
          error={name === "x" ? error : undefined}
          onChange={(value) => typeof value === "number" && onMove({ ...position, [name]: value })}
        />
      ))}
    </SimpleGrid>
  );
}
