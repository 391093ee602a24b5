/** A widget in the editor: its data as they are stored, and what one can do with it by pointer or keyboard. */
import { ActionIcon, Box, Group, Paper, Text } from "@mantine/core";
import { IconArrowsMove, IconCopy, IconPencil, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, useMemo } from "react";
import { shownOf } from "../answers/read";
import type { WidgetState } from "../live/state";
import type { Position, Widget } from "../model";
import { WidgetBody } from "../widgets/WidgetBody";
import frame from "../widgets/widgets.module.css";
import classes from "./edit.module.css";
import { text as t } from "@/text/dashboards";

/** The class of what a widget is dragged by. */
export const HANDLE = "tally-drag";

type Props = {
  widget: Widget;
  /** Null if what the widget asks has not been stored yet. */
  state: WidgetState | undefined | null;
  hasErrors: boolean;
  onEdit: () => void;
  onDuplicate: () => void;
  onRemove: () => void;
  onMove: (position: Position) => void;
};

export function EditedWidget({ widget, state, hasErrors, onEdit, onDuplicate, onRemove, onMove }: Props) {
  const answer = state?.status === "success" ? state.data : undefined;
  const shown = useMemo(() => (answer === undefined ? null : shownOf(widget, answer)), [widget, answer]);
  const { title } = widget;
  const keys = (event: KeyboardEvent) => {
    const next = moveByKey(widget.position, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    onMove(next);
  };
  return (
    <Paper
      component="section"
      withBorder
      aria-label={title}
      data-widget={widget.widget_id}
      className={`tally-surface ${frame.frame ?? ""} ${hasErrors ? (classes.wrong ?? "") : ""}`}
    >
      <Group gap={2} wrap="nowrap" justify="space-between" className={frame.head}>
        <Text
          size="sm"
          fw={600}
          className={`${frame.title ?? ""} ${HANDLE} ${classes.grip ?? ""}`}
          dir="auto"
        >
          {title}
        </Text>
        <Group gap={0} wrap="nowrap">
          <ActionIcon
            {...TOOL}
            className={HANDLE}
            aria-label={t.editor.move(title)}
            title={t.editor.moveHint}
            onKeyDown={keys}
          >
            <IconArrowsMove size={14} />
          </ActionIcon>
          <ActionIcon {...TOOL} aria-label={t.editor.edit(title)} onClick={onEdit}>
            <IconPencil size={14} />
          </ActionIcon>
          <ActionIcon {...TOOL} aria-label={t.editor.duplicate(title)} onClick={onDuplicate}>
            <IconCopy size={14} />
          </ActionIcon>
          <ActionIcon {...TOOL} aria-label={t.editor.remove(title)} onClick={onRemove}>
            <IconTrash size={14} />
          </ActionIcon>
        </Group>
      </Group>
      <Box className={frame.body} inert>
        {state === null ? (
          <Text size="sm" c="dimmed">
            {t.editor.afterSaving}
          </Text>
        ) : (
          <WidgetBody title={title} state={state} shown={shown} onRetry={() => undefined} />
        )}
      </Box>
    </Paper>
  );
}

const TOOL = { variant: "subtle", color: "gray", size: "sm" } as const;

/** Arrow keys move by a cell; with Shift they resize. */
export function moveByKey(position: Position, key: string, resizes: boolean): Position | null {
  const step = STEPS[key];
  if (step === undefined) return null;
  const [across, down] = step;
  const { x, y, w, h } = position;
  return resizes ? { x, y, w: w + across, h: h + down } : { x: x + across, y: y + down, w, h };
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
