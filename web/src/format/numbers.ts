/** Numbers as people read them. Null, and what is not finite, is shown as a dash: an absent value is not zero. */

export const ABSENT = "–";

type Maybe = number | null | undefined;

const formats = new Map<string, Intl.NumberFormat>();

/** A whole or decimal number, e.g. `12,345.6`. */
export function formatNumber(value: Maybe, digits = 2): string {
  return formatted(value, { maximumFractionDigits: digits });
}

/** A short number for axes and tight places, e.g. `12.3K`. */
export function formatCompact(value: Maybe): string {
  return formatted(value, { notation: "compact", maximumFractionDigits: 1 });
}

/** An amount with its currency, e.g. `$1,234.50`; amounts from 10 000 on in tight places without cents. */
export function formatMoney(value: Maybe, currency: string, { compact = false } = {}): string {
  return formatted(value, {
    style: "currency",
    currency,
    ...(compact ? { notation: "compact", maximumFractionDigits: 1 } : {}),
  });
}

/** A share as a percentage, e.g. 0.1234 as `12.3%`. */
export function formatPercent(share: Maybe, digits = 1): string {
  return formatted(share, { style: "percent", maximumFractionDigits: digits });
}

/** A change in per cent that the API gives as such, e.g. 12.34 as `+12.3%`. */
export function formatChange(percent: Maybe): string {
  const share = percent === null || percent === undefined ? percent : percent / 100;
  return formatted(share, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
}

/** A span of seconds, e.g. `3 min`, `2.5 h`, `4 d`. */
export function formatSeconds(seconds: Maybe): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return ABSENT;
  const units = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ] as const;
  const [size, unit] = units.find(([each]) => Math.abs(seconds) >= each) ?? [1, "s"];
  return `${formatNumber(seconds / size, 1)} ${unit}`;
}

/** A size in bytes, e.g. `4.7 MB`. */
export function formatBytes(bytes: Maybe): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return ABSENT;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${formatNumber(bytes / 1000 ** power, power === 0 ? 0 : 1)} ${units[power] ?? ""}`;
}

function formatted(value: Maybe, options: Intl.NumberFormatOptions): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", options);
    formats.set(key, format);
  }
  return format.format(value);
}
