/** The course of a card's number, without axes; hovering shows each value. */
import { Box } from "@mantine/core";
import { useMemo } from "react";
import { Plot } from "@/components/chart/Plot";
import type { Course } from "../answers/shown";
import classes from "./widgets.module.css";
import { text as t } from "@/text/dashboards";

export function Sparkline({ course }: { course: Course }) {
  const option = useMemo(() => optionOf(course), [course]);
  return (
    <Box className={classes.sparkline}>
      <Plot label={t.widget.course(course.label, course.points.length)} option={option} />
    </Box>
  );
}

function optionOf({ label, format, points }: Course) {
  return {
    grid: { left: 2, right: 2, top: 4, bottom: 2 },
    tooltip: { trigger: "axis", valueFormatter: format, confine: false, appendTo: "body" },
    xAxis: { type: "category", show: false, boundaryGap: false, data: points.map(({ at }) => at) },
    yAxis: { type: "value", show: false, scale: true },
    series: [
      {
        name: label,
        type: "line",
        showSymbol: false,
        lineStyle: { width: 1.5 },
        areaStyle: { opacity: 0.12 },
        data: points.map(({ value }) => value),
      },
    ],
  };
}
