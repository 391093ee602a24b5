/** A dashboard while it is edited. Pure. */
import { moveElement, verticalCompactor, type LayoutItem } from "react-grid-layout/core";
import {
  COLUMNS,
  type Category,
  type Dashboard,
  type Position,
  type Widget,
  type WidgetType,
} from "../model";
import { QUESTIONS } from "./sources";

export type Draft = {
  name: string;
  description: string;
  category: Category;
  is_public: boolean;
  widgets: readonly Widget[];
};

export function draftOf({ name, description, category, is_public, widgets }: Dashboard): Draft {
  return { name, description, category, is_public, widgets };
}

export function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Adds a widget below the others, with something to show. */
export function added(draft: Draft, id: string, title: string): Draft {
  const widget: Widget = {
    widget_id: id,
    type: "metric_card",
    title,
    position: { x: 0, y: bottomOf(draft.widgets), w: 4, h: 2 },
    configuration: { ...QUESTIONS.metrics?.base },
    refresh_interval: 60,
  };
  return { ...draft, widgets: [...draft.widgets, widget] };
}

/** Adds a copy of a widget below the others. */
export function duplicated(draft: Draft, id: string, newId: string): Draft {
  const original = draft.widgets.find(({ widget_id }) => widget_id === id);
  if (original === undefined) return draft;
  const position = { ...original.position, y: bottomOf(draft.widgets) };
  return { ...draft, widgets: [...draft.widgets, { ...original, widget_id: newId, position }] };
}

export function removed(draft: Draft, id: string): Draft {
  return placed({ ...draft, widgets: draft.widgets.filter(({ widget_id }) => widget_id !== id) });
}

export function changed(draft: Draft, id: string, change: Partial<Widget>): Draft {
  const widgets = draft.widgets.map((each) => (each.widget_id === id ? { ...each, ...change } : each));
  return { ...draft, widgets };
}

/** Takes over the places of widgets that were dragged. */
export function arranged(draft: Draft, layout: readonly LayoutItem[]): Draft {
  const places = new Map(layout.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
  const widgets = draft.widgets.map((each) => {
    const position = places.get(each.widget_id);
    return position === undefined || isAt(each.position, position) ? each : { ...each, position };
  });
  return { ...draft, widgets };
}

/** Moves or resizes a widget within the columns; others make room and close gaps, as when it is dragged. */
export function moved(draft: Draft, id: string, wanted: Position): Draft {
  const w = Math.min(Math.max(1, wanted.w), COLUMNS);
  const h = Math.max(1, wanted.h);
  const x = Math.min(Math.max(0, wanted.x), COLUMNS - w);
  const resized = changed(draft, id, { position: { ...positionOf(draft, id), w, h } });
  const layout = layoutOf(resized.widgets);
  const item = layout.find(({ i }) => i === id);
  if (item === undefined) return draft;
  const roomy = moveElement(layout, item, x, Math.max(0, wanted.y), true, false, "vertical", COLUMNS);
  return arranged(resized, verticalCompactor.compact(roomy, COLUMNS));
}

export function layoutOf(widgets: readonly Widget[]): LayoutItem[] {
  return widgets.map(({ widget_id, position }) => ({ i: widget_id, ...position }));
}

/** The types by which a question can be shown, the present one first kept if possible. */
export function typeFor(question: string, present: WidgetType): WidgetType {
  const types = QUESTIONS[question]?.types ?? [present];
  return types.includes(present) ? present : (types[0] ?? present);
}

function placed(draft: Draft): Draft {
  return arranged(draft, verticalCompactor.compact(layoutOf(draft.widgets), COLUMNS));
}

function positionOf({ widgets }: Draft, id: string): Position {
  return widgets.find(({ widget_id }) => widget_id === id)?.position ?? { x: 0, y: 0, w: 1, h: 1 };
}

function bottomOf(widgets: readonly Widget[]): number {
  return Math.max(0, ...widgets.map(({ position: { y, h } }) => y + h));
}

function isAt(one: Position, other: Position): boolean {
  return one.x === other.x && one.y === other.y && one.w === other.w && one.h === other.h;
}
