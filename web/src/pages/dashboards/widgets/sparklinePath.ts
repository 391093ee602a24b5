/** Lines through values in a box of 100 by 100 units, whose y grows downwards; missing values are gaps. */

const SIZE = 100;
/** Kept free above and below, so that the stroke is not cut. */
const MARGIN = 3;

type Point = readonly [x: number, y: number];

/** Returns the path of the line and of the area below it. */
export function pathsOf(values: readonly (number | null)[]): { line: string; area: string } {
  const runs = runsOf(values);
  const line = runs.map((run) => `M${run.map(written).join("L")}${dotOf(run)}`).join("");
  const area = runs
    .map((run) => `M${written([run[0]?.[0] ?? 0, SIZE])}L${run.map(written).join("L")}V${SIZE}Z`)
    .join("");
  return { line, area };
}

/** Returns the place of the value that is nearest to a share of the width. */
export function nearest(share: number, count: number): number {
  return Math.min(Math.max(Math.round(share * (count - 1)), 0), count - 1);
}

function runsOf(values: readonly (number | null)[]): Point[][] {
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  const scaled = (value: number) =>
    span === 0 ? SIZE / 2 : SIZE - MARGIN - ((value - least) / span) * (SIZE - 2 * MARGIN);
  const runs: Point[][] = [];
  let run: Point[] | null = null;
  values.forEach((value, place) => {
    if (value === null) {
      run = null;
      return;
    }
    if (run === null) runs.push((run = []));
    run.push([(place / Math.max(values.length - 1, 1)) * SIZE, scaled(value)]);
  });
  return runs;
}

/** A value between two gaps is a dot: a line of no length, with round ends. */
function dotOf(run: readonly Point[]): string {
  return run.length === 1 ? "h0" : "";
}

function written([x, y]: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
