/** The health of pipelines: how many are in which state, or a table of them. */
import * as z from "zod/mini";
import { formatNumber, formatPercent } from "@/format/numbers";
import { numberCell, secondsCell, stateCell, textCell } from "./cells";
import { maybe, type Reader, type Tone, type View } from "./shown";
import { text as t } from "@/text/dashboards";

const pipeline = z.looseObject({
  pipelineId: z.string(),
  status: z.string(),
  freshnessSeconds: maybe(z.number()),
  completeness: maybe(z.number()),
  sloBurnRate: maybe(z.number()),
  cause: maybe(z.string()),
  checkedAt: z.string(),
});
const schema = z.looseObject({ pipelines: z.array(pipeline) });
type Pipeline = z.infer<typeof pipeline>;

const STATES: Readonly<Record<string, Tone>> = {
  down: "bad",
  degraded: "warning",
  healthy: "good",
  idle: "neutral",
};

export const readPipelines: Reader = (answer, { type }) => {
  const { pipelines } = schema.parse(answer);
  return {
    view: type === "metric_card" ? card(pipelines) : table(pipelines),
    at: pipelines[0]?.checkedAt ?? null,
    provisional: false,
    notes: [],
  };
};

/** How many pipelines are in each state; those that need attention come first. */
function card(pipelines: readonly Pipeline[]): View {
  const figures = Object.keys(STATES).map((state) => {
    const names = pipelines.filter(({ status }) => status === state).map(({ pipelineId }) => pipelineId);
    return {
      state,
      label: t.pipelines.states[state] ?? state,
      value: formatNumber(names.length),
      exact: names.join(", "),
    };
  });
  const troubled = figures.filter(({ state, exact }) => state !== "idle" && exact !== "");
  return { kind: "card", figures: troubled.length > 0 ? troubled : figures };
}

function table(pipelines: readonly Pipeline[]): View {
  return {
    kind: "table",
    columns: [
      { title: t.pipelines.name },
      { title: t.pipelines.state },
      { title: t.pipelines.freshness, isNumber: true },
      { title: t.pipelines.completeness, isNumber: true },
      { title: t.pipelines.burnRate, isNumber: true },
      { title: t.pipelines.cause },
    ],
    rows: pipelines.map((each) => [
      each.pipelineId,
      stateCell(each.status, t.pipelines.states, STATES),
      secondsCell(each.freshnessSeconds),
      numberCell(each.completeness, (value) => formatPercent(value, 2)),
      numberCell(each.sloBurnRate),
      textCell(each.cause),
    ]),
  };
}
