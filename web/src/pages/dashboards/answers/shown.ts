/** What a widget shows of an answer: data for its component, without anything about how it is drawn. */
import * as z from "zod/mini";
import type { Drawn } from "@/components/chart/options";
import type { WidgetType } from "../model";

/** How a value changed against the period before. */
export type Change = {
  text: string;
  /** Whether the change is good, bad, or neither. */
  tone: Tone;
  direction: "up" | "down" | "none";
  exact: string;
};
/** A number on a card; `exact` is the number as the API returned it. */
export type Figure = {
  label?: string;
  value: string;
  exact?: string | undefined;
  hint?: string | undefined;
  change?: Change | undefined;
};
/** The course of a card's number. */
export type Course = {
  label: string;
  format: (value: number | null) => string;
  points: readonly { at: string; value: number | null }[];
};

export type Tone = "good" | "warning" | "bad" | "neutral";
export type Cell =
  string | { text: string; exact?: string | undefined; tone?: Tone | undefined; to?: string | undefined };
export type TableColumn = { title: string; isNumber?: boolean };
export type Region = { code: string; name: string; value: number };

export type View =
  | { kind: "card"; figures: readonly Figure[]; course?: Course | undefined }
  | { kind: "chart"; drawn: Drawn }
  | {
      kind: "table";
      columns: readonly TableColumn[];
      rows: readonly (readonly Cell[])[];
      /** What it means that there are no rows. */
      empty?: string;
    }
  | {
      kind: "map";
      regions: readonly Region[];
      /** Groups that are not countries, with their values. */
      unmatched: readonly { name: string; value: string }[];
      measure: string;
      format: (value: number | null) => string;
      axis: (value: number | null) => string;
    };

export type Shown = {
  view: View;
  /** Up to when the data go; null if the answer has no such time. */
  at: string | null;
  provisional: boolean;
  hint?: string | undefined;
  /** What people must know to read the numbers, e.g. how many records are left out. */
  notes: readonly string[];
};

/** A widget's question about an answer: how it is to be shown. */
export type Asked = { type: WidgetType; title: string; configuration: Readonly<Record<string, unknown>> };
/** Reads an answer and returns what to show of it; it throws if the answer is not what its route returns. */
export type Reader = (answer: unknown, asked: Asked) => Shown;

/** A field that an answer may lack. */
export function maybe<T extends z.core.$ZodType>(inner: T) {
  return z.optional(z.nullable(inner));
}

/** A number as the API returned it, for tooltips. */
export function exactly(value: number | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}
