/** The API's questions about a file, with the answers that can be chosen. */
import type { Mapping } from "../sources/configuration";
import { withEntry, withPart } from "./mapping";

export type Answer = { label: string; mapping: Mapping };
export type Question =
  | { kind: "choice"; column: string; text: string; isAnswered: boolean; answers: Answer[] }
  | { kind: "zone"; column: string; text: string; isAnswered: boolean }
  | { kind: "open"; column: string; text: string; isAnswered: false };

const WRITTEN_AS = /^(?<column>.+?): is (?<sample>.+) written as (?<formats>%.+)\?$/s;
const ZONE = /^(?<column>.+?): in which time zone are times without one\?/s;
const THOUSAND = /^(?<column>.+?): is (?<sample>\S+) one thousand and more, or has it decimal places\?/s;

type Names = {
  /** The field that a column fills. */
  fieldOf: (column: string) => string | null;
  /** The name by which the mapping knows a column. */
  sourceOf: (column: string) => string;
};

/** Reads a question; one that a mapping answers already is marked, so that it can be reconsidered. */
export function readQuestion(text: string, mapping: Mapping, names: Names): Question {
  const written = WRITTEN_AS.exec(text)?.groups;
  if (written !== undefined) return writtenAs(text, written, mapping, names);
  const zone = ZONE.exec(text)?.groups;
  if (zone !== undefined) {
    return { kind: "zone", column: zone.column ?? "", text, isAnswered: mapping.timezone != null };
  }
  const thousand = THOUSAND.exec(text)?.groups;
  if (thousand !== undefined) return thousandOrDecimal(text, thousand, mapping, names);
  return { kind: "open", column: "", text, isAnswered: false };
}

function writtenAs(
  text: string,
  { column = "", sample = "", formats = "" }: Record<string, string>,
  mapping: Mapping,
  { fieldOf }: Names,
): Question {
  const field = fieldOf(column);
  if (field === null) return { kind: "open", column, text, isAnswered: false };
  const former = mapping.date_formats?.[field];
  return {
    kind: "choice",
    column,
    text,
    isAnswered: former !== undefined,
    answers: formats.split(" or ").map((format) => ({
      label: `${sample} = ${inWords(format)}`,
      mapping: withEntry(mapping, "date_formats", field, {
        ...former,
        ambiguous: former?.ambiguous ?? "reject",
        formats: [format],
      }),
    })),
  };
}

function thousandOrDecimal(
  text: string,
  { column = "", sample = "" }: Record<string, string>,
  mapping: Mapping,
  { sourceOf }: Names,
): Question {
  const name = sourceOf(column);
  const as = (format: object) => withEntry(mapping, "numbers", name, format as never);
  return {
    kind: "choice",
    column,
    text,
    isAnswered: mapping.numbers?.[name] !== undefined,
    answers: [
      { label: `${sample} = ${sample.replaceAll(",", "")}`, mapping: as({ thousands: "," }) },
      { label: `${sample} = ${sample.replace(",", ".")}`, mapping: as({ decimal: "," }) },
    ],
  };
}

const WORDS: Readonly<Record<string, string>> = {
  "%d": "day",
  "%m": "month",
  "%Y": "year",
  "%y": "year",
  "%H": "hour",
  "%I": "hour",
  "%M": "minute",
  "%S": "second",
};

/** Returns a format as people write it, e.g. `day/month/year` for `%d/%m/%Y`. */
export function inWords(format: string): string {
  return format.replace(/%[a-zA-Z]/g, (directive) => WORDS[directive] ?? directive);
}

/** Returns the mapping with the time zone of times without one. */
export function withZone(mapping: Mapping, zone: string | null): Mapping {
  return withPart(mapping, "timezone", zone ?? undefined);
}
