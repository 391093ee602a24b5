/** A widget on its own, large; `?widget=…` in the address, so that it can be linked to. */
import { Box, Modal, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { Freshness } from "@/components/Freshness";
import { useUrlState } from "@/components/useUrlState";
import { shownOf } from "../answers/read";
import type { WidgetState } from "../live/state";
import type { Widget } from "../model";
import { WidgetBody } from "../widgets/WidgetBody";
import classes from "./grid.module.css";

export function useEnlarged(widgets: readonly Widget[]): {
  enlarged: Widget | undefined;
  enlarge: (id: string | null) => void;
} {
  const [id, enlarge] = useUrlState("widget", "");
  return { enlarged: widgets.find(({ widget_id }) => widget_id === id), enlarge };
}

type Props = {
  widget: Widget;
  state: WidgetState | undefined;
  onRetry: (widgetId: string) => void;
  onClose: () => void;
};

export function Enlarged({ widget, state, onRetry, onClose }: Props) {
  const answer = state?.status === "success" ? state.data : undefined;
  const shown = useMemo(() => (answer === undefined ? null : shownOf(widget, answer)), [widget, answer]);
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1400px, 94vw)"
      title={
        <span dir="auto" className="tally-break">
          {widget.title}
        </span>
      }
    >
      <Stack gap="xs">
        {shown && (
          <Freshness at={shown.at ?? state?.receivedAt} provisional={shown.provisional} hint={shown.hint} />
        )}
        <Box className={classes.large}>
          <WidgetBody
            title={widget.title}
            state={state}
            shown={shown}
            onRetry={() => onRetry(widget.widget_id)}
          />
        </Box>
        {shown?.notes.map((note) => (
          <Text key={note} size="xs" c="dimmed">
            {note}
          </Text>
        ))}
      </Stack>
    </Modal>
  );
}
