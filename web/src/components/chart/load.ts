/** Loads ECharts once, with the first chart, or earlier where charts are certain to follow. */
export const loadCharts = () => import("./echarts");
