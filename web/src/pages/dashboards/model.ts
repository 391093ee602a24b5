/** Dashboards and their widgets as the API has them. */
import type { Result } from "@/api/client";
import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];
export type Dashboard = Schemas["Dashboard"];
export type Widget = Schemas["DashboardWidget"];
export type WidgetType = Schemas["WidgetType"];
export type Position = Schemas["WidgetPosition"];
export type Category = Schemas["DashboardCategory"];
export type DashboardData = Result<"/api/v1/dashboards/{dashboard_id}/data">;
export type WidgetData = Schemas["WidgetData"];
export type Configuration = Readonly<Record<string, unknown>>;

export const CATEGORIES: readonly Category[] = ["executive", "operations", "finance", "marketing"];
export const COLUMNS = 12;

/** The owner of the dashboards that come with the platform, which nobody can change. */
export const PLATFORM = "tally";

/** Widgets in the order in which people read them: by rows, then by columns. */
export function inReadingOrder(widgets: readonly Widget[]): Widget[] {
  return [...widgets].sort(
    (one, other) => one.position.y - other.position.y || one.position.x - other.position.x,
  );
}

/** The name of what a widget asks: its source, for fraud with the view, for metrics by groups with `group_by`. */
export function questionOf({ configuration }: Pick<Widget, "configuration">): string {
  const source = textOf(configuration, "source") ?? "metrics";
  if (source === "fraud") return `fraud/${textOf(configuration, "view") ?? ""}`;
  return source === "metrics" && "group_by" in configuration ? "metrics/group_by" : source;
}

/** A text in a configuration; undefined if there is none. */
export function textOf(configuration: Configuration, name: string): string | undefined {
  const value = configuration[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The time zone by whose days and hours a widget counts. */
export function zoneOf(configuration: Configuration): string {
  return textOf(configuration, "timezone") ?? "UTC";
}
