/** Where one sees more about what a widget shows. */
import { may } from "@/session/session";
import { questionOf, textOf, type Widget } from "../model";
import { text } from "@/text";
import { text as t } from "@/text/dashboards";

type More = { to: string; label: string };
type Place = { to: string; scope: string; area: string; carries?: readonly string[] };

const PLACES: Readonly<Record<string, Place>> = {
  "fraud/metrics": { to: "/fraud", scope: "fraud:read", area: text.areas.fraud },
  "fraud/trends": { to: "/fraud", scope: "fraud:read", area: text.areas.fraud },
  "fraud/cohorts": {
    to: "/fraud/cohorts",
    scope: "fraud:read",
    area: text.areas.fraud,
    carries: ["dimension"],
  },
  "fraud/confusion-matrix": { to: "/fraud/matrix", scope: "fraud:read", area: text.areas.fraud },
  "fraud/drift": { to: "/fraud/drift", scope: "fraud:read", area: text.areas.fraud },
  alerts: { to: "/alerts", scope: "alerts:read", area: text.areas.alerts, carries: ["severity", "status"] },
  quality: { to: "/data/quality", scope: "quality:read", area: text.areas.data },
  pipeline: { to: "/data/pipelines", scope: "fraud:read", area: text.areas.data },
};

/** Returns the page that goes deeper, with the time range and filters of the widget; null if there is none. */
export function moreOf(widget: Widget): More | null {
  const place = PLACES[questionOf(widget)];
  if (place === undefined || !may(place.scope)) return null;
  const query = new URLSearchParams();
  for (const name of place.carries ?? []) {
    const value = textOf(widget.configuration, name);
    if (value !== undefined) query.set(name, value);
  }
  const window = textOf(widget.configuration, "time_window");
  if (window !== undefined) query.set("window", window);
  return { to: query.size === 0 ? place.to : `${place.to}?${query}`, label: t.actions.seeMoreIn(place.area) };
}
