/** A widget with its live data. */
import { memo, useMemo } from "react";
import { shownOf } from "../answers/read";
import type { WidgetState } from "../live/state";
import type { Widget } from "../model";
import { WidgetBody } from "./WidgetBody";
import { WidgetFrame } from "./WidgetFrame";

type Props = {
  widget: Widget;
  state: WidgetState | undefined;
  onRetry: (widgetId: string) => void;
  onEnlarge?: (widgetId: string) => void;
};

/** Drawn again only if its own data change. */
export const LiveWidget = memo(function LiveWidget({ widget, state, onRetry, onEnlarge }: Props) {
  const answer = state?.status === "success" ? state.data : undefined;
  const shown = useMemo(() => (answer === undefined ? null : shownOf(widget, answer)), [widget, answer]);
  const { widget_id: id } = widget;
  return (
    <WidgetFrame widget={widget} state={state} shown={shown} onEnlarge={onEnlarge && (() => onEnlarge(id))}>
      <WidgetBody title={widget.title} state={state} shown={shown} onRetry={() => onRetry(id)} />
    </WidgetFrame>
  );
});
