/** Cells of tables that several sources have. */
import { ABSENT, formatNumber, formatSeconds } from "@/format/numbers";
import { type Cell, exactly, type Tone } from "./shown";

type Maybe = number | null | undefined;

/** A number with its exact value in the tooltip. */
export function numberCell(
  value: Maybe,
  format: (value: number | null) => string = (each) => formatNumber(each, 2),
): Cell {
  return { text: format(value ?? null), exact: exactly(value) };
}

/** A span of seconds. */
export function secondsCell(seconds: Maybe): Cell {
  return { text: formatSeconds(seconds), exact: typeof seconds === "number" ? `${seconds} s` : undefined };
}

/** A text; a dash where there is none. */
export function textCell(text: string | null | undefined): Cell {
  return text ?? ABSENT;
}

/** A word for a state, colored by its tone. */
export function stateCell(
  state: string,
  words: Readonly<Record<string, string>>,
  tones: Readonly<Record<string, Tone>>,
): Cell {
  return { text: words[state] ?? state, tone: tones[state] ?? "neutral" };
}
