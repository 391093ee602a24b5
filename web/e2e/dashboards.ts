/** Dashboards that the browser tests make, what their widgets show, and what the API says about it. */
import type { Locator, Page } from "@playwright/test";
import type { Body } from "../src/api/client";
import type { Api, Deliver } from "./support";

type Dashboard = Body<"/api/v1/dashboards", "post">;
type Widget = Dashboard["widgets"][number];

export const DASHBOARD = "/api/v1/dashboards/{dashboard_id}";
/** The source of what the tests sell. */
export const TILL = "e2e-till";
/** In the names of all dashboards of this run. */
export const MARK = `e2e-${Date.now().toString(36)}`;
export const REVENUE: Widget = {
  widget_id: "revenue",
  type: "metric_card",
  title: "Revenue of 30 days",
  position: { x: 0, y: 0, w: 4, h: 2 },
  configuration: { source: "metrics", metric_type: "revenue", time_window: "30d" },
  refresh_interval: 60,
};

const SALE = { product_id: "mug", quantity: 1, unit_price: 1, currency: "USD" };

/** Sells something now, as the record that a till sends. */
export function saleOf(changes: object): { timestamp: string } & Record<string, unknown> {
  return { transaction_id: crypto.randomUUID(), timestamp: new Date().toISOString(), ...SALE, ...changes };
}

/** Sells something for a price in US dollars, by the stream. */
export async function sell(deliver: Deliver, unit_price: number): Promise<void> {
  const data = saleOf({ unit_price });
  await deliver("stream", { source_id: TILL, data_type: "transactions", timestamp: data.timestamp, data });
}

/** Makes a dashboard and returns its id. */
export async function make(api: Api, changes: Partial<Dashboard> = {}): Promise<string> {
  const body: Dashboard = {
    name: `${MARK} made`,
    description: "",
    category: "finance",
    is_public: false,
    widgets: [REVENUE],
    ...changes,
  };
  return (await api("post", "/api/v1/dashboards", { body })).dashboard_id;
}

/** Deletes the dashboards of this run. */
export async function deleteMade(page: Page, api: Api): Promise<void> {
  // An open page would notice that its dashboard is gone.
  await page.close();
  const { dashboards } = await api("get", "/api/v1/dashboards");
  for (const { dashboard_id } of dashboards.filter(({ name }) => name.includes(MARK))) {
    await api("delete", DASHBOARD, { path: { dashboard_id } });
  }
}

/** The answer behind a widget. */
export async function answerOf<T>(api: Api, dashboard_id: string, widgetId: string): Promise<T> {
  const { data } = await api("get", `${DASHBOARD}/data`, {
    path: { dashboard_id },
    query: { "widget_ids[]": widgetId },
  });
  return data[widgetId]?.data as T;
}

export async function totalOf(api: Api, dashboardId: string, widgetId: string): Promise<number> {
  return (await answerOf<{ summary: { total: number } }>(api, dashboardId, widgetId)).summary.total;
}

/** The number of a card. */
export function cardOf(page: Page, widgetId: string): Locator {
  return page.locator(`[data-widget="${widgetId}"]`).locator("[data-exact]");
}

/** The number of a card as the API returned it. */
export async function numberOn(card: Locator): Promise<number> {
  return Number(await card.getAttribute("data-exact"));
}
