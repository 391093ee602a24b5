/** The performance of products: a table or bars by what they are ranked by. */
import * as z from "zod/mini";
import { bars } from "@/components/chart/options";
import { formatNumber, formatPercent } from "@/format/numbers";
import { textOf } from "../model";
import { freshnessOf, metadata } from "./metadata";
import { type Cell, exactly, maybe, type Reader, type Tone, type View } from "./shown";
import { money, type Unit } from "./units";
import { text as t } from "@/text/dashboards";

const product = z.looseObject({
  product_id: z.string(),
  name: maybe(z.string()),
  category: maybe(z.string()),
  revenue: z.number(),
  quantity_sold: z.number(),
  margin: maybe(z.number()),
  conversion_rate: maybe(z.number()),
  inventory_turnover: maybe(z.number()),
  trend: maybe(z.string()),
});
const schema = z.looseObject({ products: z.array(product), reporting_currency: z.string(), metadata });
type Product = z.infer<typeof product>;

const COUNT: Unit = { format: (value) => formatNumber(value, 2), axis: (value) => formatNumber(value, 0) };
const TRENDS: Readonly<Record<string, Tone>> = { increasing: "good", decreasing: "bad", stable: "neutral" };

export const readProducts: Reader = (answer, { type, configuration }) => {
  const found = schema.parse(answer);
  const amounts = money(found.reporting_currency);
  const view =
    type === "bar_chart"
      ? ranking(found.products, textOf(configuration, "sort_by"), amounts)
      : table(found.products, amounts);
  return { view, ...freshnessOf(found.metadata) };
};

function ranking(products: readonly Product[], by: string | undefined, amounts: Unit): View {
  const measures = {
    revenue: { name: t.metrics.revenue ?? "", value: ({ revenue }: Product) => revenue, unit: amounts },
    quantity: { name: t.products.quantity, value: (each: Product) => each.quantity_sold, unit: COUNT },
    margin: { name: t.products.margin, value: ({ margin }: Product) => margin ?? null, unit: amounts },
  };
  const { name, value, unit } = measures[by === "quantity" || by === "margin" ? by : "revenue"];
  const groups = products.map((each) => ({ name: each.name ?? each.product_id, values: [value(each)] }));
  return { kind: "chart", drawn: bars(groups, { names: [name], horizontal: true, ...unit }) };
}

function table(products: readonly Product[], amounts: Unit): View {
  return {
    kind: "table",
    columns: [
      { title: t.products.name },
      { title: t.products.category },
      { title: t.metrics.revenue ?? "", isNumber: true },
      { title: t.products.quantity, isNumber: true },
      { title: t.products.margin, isNumber: true },
      { title: t.products.conversion, isNumber: true },
      { title: t.products.turnover, isNumber: true },
      { title: t.products.trend },
    ],
    rows: products.map((each) => row(each, amounts)),
  };
}

function row(each: Product, amounts: Unit): Cell[] {
  const { trend } = each;
  return [
    { text: each.name ?? each.product_id, exact: each.product_id },
    each.category ?? "–",
    number(each.revenue, amounts.format),
    number(each.quantity_sold, COUNT.format),
    number(each.margin, amounts.format),
    number(each.conversion_rate, (value) => formatPercent(value, 2)),
    number(each.inventory_turnover, (value) => formatNumber(value, 2)),
    trend ? { text: t.trends[trend] ?? trend, tone: TRENDS[trend] } : "–",
  ];
}

function number(value: number | null | undefined, format: (value: number | null) => string): Cell {
  return { text: format(value ?? null), exact: exactly(value) };
}
