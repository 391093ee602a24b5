/** A drawing by ECharts that follows the theme and its frame's size. */
import { Box, Skeleton, useComputedColorScheme, useMantineTheme } from "@mantine/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import { loadCharts } from "./load";
import { withTheme } from "./theme";

type Props = {
  /** What it shows, for screen readers. */
  label: string;
  option: EChartsCoreOption;
  /** Called with the name of the category that was clicked. */
  onSelect?: ((name: string) => void) | undefined;
};

export function Plot({ label, option, onSelect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const latest = useRef<EChartsCoreOption>(option);
  const select = useRef(onSelect);
  const [isDrawn, setDrawn] = useState(false);
  const scheme = useComputedColorScheme("light");
  const { fontFamily } = useMantineTheme();

  useEffect(() => {
    select.current = onSelect;
    latest.current = withTheme(option, scheme, fontFamily);
    chart.current?.setOption(latest.current, { notMerge: true });
  }, [option, scheme, fontFamily, onSelect]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let isGone = false;
    const resized = new ResizeObserver(() => chart.current?.resize());
    void loadCharts().then(({ init }) => {
      if (isGone) return;
      const drawn = init(element, null, { renderer: "svg" });
      drawn.setOption(latest.current);
      drawn.on("click", ({ name }) => select.current?.(name));
      chart.current = drawn;
      resized.observe(element);
      setDrawn(true);
    });
    return () => {
      isGone = true;
      resized.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  return (
    <>
      {!isDrawn && <Skeleton pos="absolute" inset={0} aria-hidden />}
      <Box
        ref={frame}
        h="100%"
        w="100%"
        role="img"
        aria-label={label}
        data-chart={isDrawn ? "drawn" : "loading"}
      />
    </>
  );
}
