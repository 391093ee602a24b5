/** The widgets of a draft, to be dragged and resized; loaded with the editor on screens wide enough for it. */
import { Box } from "@mantine/core";
import type { ReactNode } from "react";
import GridLayout, { type Layout, useContainerWidth, verticalCompactor } from "react-grid-layout";
import "react-grid-layout/css/styles.css";
import { COLUMNS, type Widget } from "../model";
import { layoutOf } from "./draft";
import { HANDLE } from "./EditedWidget";

type Props = {
  widgets: readonly Widget[];
  onArrange: (layout: Layout) => void;
  children: (widget: Widget) => ReactNode;
};

/** As in the style sheet of the view. */
const GRID = { cols: COLUMNS, rowHeight: 64, margin: [10, 10] as const, containerPadding: [0, 0] as const };

export default function Canvas({ widgets, onArrange, children }: Props) {
  const { width, containerRef, mounted } = useContainerWidth();
  return (
    <Box ref={containerRef}>
      {mounted && (
        <GridLayout
          width={width}
          layout={layoutOf(widgets)}
          gridConfig={GRID}
          dragConfig={{ enabled: true, handle: `.${HANDLE}` }}
          resizeConfig={{ enabled: true, handles: ["se"] }}
          compactor={verticalCompactor}
          onLayoutChange={onArrange}
        >
          {widgets.map((widget) => (
            <div key={widget.widget_id}>{children(widget)}</div>
          ))}
        </GridLayout>
      )}
    </Box>
  );
}
