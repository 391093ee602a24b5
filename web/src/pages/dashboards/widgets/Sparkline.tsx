/** The course of a card's number, without axes; hovering shows each value.
 *
 * It is drawn without ECharts: a dashboard has many cards, and each chart takes as long as a whole card.
 */
import { Box, Tooltip } from "@mantine/core";
import { type PointerEvent, useMemo, useState } from "react";
import { SERIES } from "@/app/theme";
import type { Course } from "../answers/shown";
import { nearest, pathsOf } from "./sparklinePath";
import classes from "./widgets.module.css";
import { text as t } from "@/text/dashboards";

export function Sparkline({ course: { label, format, points } }: { course: Course }) {
  const [place, setPlace] = useState(0);
  const { line, area } = useMemo(() => pathsOf(points.map(({ value }) => value)), [points]);
  const pointed = points[place];
  const follow = ({ currentTarget, clientX }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    setPlace(nearest((clientX - left) / width, points.length));
  };
  return (
    <Box className={classes.sparkline} onPointerMove={follow}>
      <Tooltip.Floating label={pointed && `${pointed.at} · ${format(pointed.value)}`}>
        <svg
          role="img"
          color={SERIES[0]}
          aria-label={t.widget.course(label, points.length)}
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
        >
          <path className={classes.sparkArea} d={area} />
          <path className={classes.sparkLine} d={line} />
        </svg>
      </Tooltip.Floating>
    </Box>
  );
}
