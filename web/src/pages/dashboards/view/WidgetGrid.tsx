/** Widgets at their places: on 12 columns, on 2 where there is less room, below each other on a phone. */
import { Box } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";
import { inReadingOrder, type Position, type Widget } from "../model";
import classes from "./grid.module.css";

type Props = { widgets: readonly Widget[]; children: (widget: Widget) => ReactNode };

/** Half of the width, in columns; wider widgets take a whole row where there is less room. */
const HALF = 6;

export function WidgetGrid({ widgets, children }: Props) {
  return (
    <Box className={classes.room}>
      <Box className={classes.grid}>
        {inReadingOrder(widgets).map((widget) => (
          <Box
            key={widget.widget_id}
            className={classes.cell}
            style={placeOf(widget.position)}
            data-type={widget.type}
          >
            {children(widget)}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/** As properties for the style sheet, which knows how much room there is. */
function placeOf({ x, y, w, h }: Position): CSSProperties {
  return {
    "--x": x + 1,
    "--y": y + 1,
    "--w": w,
    "--h": h,
    "--narrow": w <= HALF ? 1 : 2,
  } as CSSProperties;
}
