/** The frame of a widget: its title, how fresh it is, a link to where one sees more, and its content or state. */
import { ActionIcon, Badge, Box, Group, Paper, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconArrowUpRight, IconInfoCircle, IconMaximize } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import { Link } from "react-router";
import { Freshness } from "@/components/Freshness";
import type { Shown } from "../answers/shown";
import type { WidgetState } from "../live/state";
import { moreOf } from "./more";
import type { Widget } from "../model";
import classes from "./widgets.module.css";
import { text as t } from "@/text/dashboards";

type Props = {
  widget: Widget;
  state: WidgetState | undefined;
  shown: Shown | null;
  /** Opens the widget on its own, with its numbers; not offered without it. */
  onEnlarge?: (() => void) | undefined;
  children: ReactNode;
};

export function WidgetFrame({ widget, state, shown, onEnlarge, children }: Props) {
  const id = useId();
  const more = moreOf(widget);
  return (
    <Paper
      component="section"
      withBorder
      className={`tally-surface ${classes.frame ?? ""}`}
      aria-labelledby={id}
      data-widget={widget.widget_id}
      data-status={state?.status ?? "loading"}
    >
      <Group gap={6} wrap="nowrap" justify="space-between" className={classes.head}>
        <Tooltip label={widget.title} multiline maw={360} openDelay={600}>
          <Title order={2} size="sm" fw={600} id={id} className={classes.title} dir="auto">
            {widget.title}
          </Title>
        </Tooltip>
        <Group gap={4} wrap="nowrap" className={classes.tools}>
          {state?.cache_status === "stale" && (
            <Tooltip label={t.widget.staleHint} multiline maw={300}>
              <Badge size="xs" variant="light" color="blue" tabIndex={0} role="status">
                {t.widget.stale}
              </Badge>
            </Tooltip>
          )}
          {shown !== null && shown.notes.length > 0 && <Notes notes={shown.notes} />}
          {shown !== null && (
            <Freshness at={shown.at ?? state?.receivedAt} provisional={shown.provisional} hint={shown.hint} />
          )}
          {onEnlarge && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t.actions.enlarge(widget.title)}
              onClick={onEnlarge}
              className={classes.quiet}
            >
              <IconMaximize size={14} />
            </ActionIcon>
          )}
          {more && (
            <Tooltip label={more.label}>
              <ActionIcon
                component={Link}
                to={more.to}
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`${more.label}: ${widget.title}`}
              >
                <IconArrowUpRight size={14} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      <Box className={classes.body}>{children}</Box>
    </Paper>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  const label = (
    <Stack gap={4}>
      {notes.map((note) => (
        <Text key={note} size="xs">
          {note}
        </Text>
      ))}
    </Stack>
  );
  return (
    <Tooltip label={label} multiline maw={320}>
      <Box tabIndex={0} role="note" aria-label={notes.join(" ")} className={classes.note}>
        <IconInfoCircle size={14} aria-hidden />
      </Box>
    </Tooltip>
  );
}
