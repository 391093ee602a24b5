/** Text of the page `/data/quarantine`. */
import { formatNumber } from "@/format/numbers";

const rows = (count: number) => (count === 1 ? "1 row" : `${formatNumber(count)} rows`);

export const text = {
  title: "Quarantine",
  description:
    "Rejected rows as they were received. Correct values, or fix the mapping of their source, and redrive them.",
  none: "No row is in quarantine",
  noneHint: "Nothing was rejected in this time range, with these filters.",
  anyCode: "Any error",
  selectPage: "Select all on this page",
  select: (row: number, source: string) => `Select row ${row} of ${source}`,
  count: (total: number, selected: number) =>
    selected > 0 ? `${formatNumber(selected)} of ${rows(total)} selected` : `${rows(total)} in quarantine`,
  received: "Received",
  rowOf: (row: number) => `Row ${formatNumber(row)}`,
  raw: "As received",
  open: "Repair",
  openRow: (row: number, source: string) => `Repair row ${row} of ${source}`,
  close: "Close the row",
  titleOf: (row: number, type: string, source: string) => `Row ${row} · ${type} of ${source}`,
  notEditable: "This row cannot be corrected here, because it is no record with columns. Send it again.",
  cut: "Only the beginning is shown, because the row is very long.",
  editHint: "Correct what is wrong. The row is read by the current mapping; the original stays archived.",
  lacking: "The row does not have this field",
  tryRow: "Try",
  redriveRow: "Correct and redrive",
  repaired: (row: number) => `Row ${row} is valid now and is being loaded.`,
  redrive: (count: number) => `Redrive ${rows(count)}`,
  redriveTitle: "Redrive rows",
  trying: "Trying the rows with the current mapping …",
  load: (count: number) => (count === 0 ? "Nothing to load" : `Load ${rows(count)}`),
  rows,
  wouldBe: {
    accepted: (count: number) => (count === 0 ? "No row is valid yet" : `${rows(count)} valid now`),
    rejected: (count: number) => `${rows(count)} still invalid: they stay in quarantine.`,
    skipped: (count: number) => `${rows(count)} cannot be redriven now.`,
  },
  was: {
    accepted: (count: number) => (count === 0 ? "No row was loaded" : `${rows(count)} being loaded`),
    rejected: (count: number) => `${rows(count)} still invalid: they stay in quarantine.`,
    skipped: (count: number) => `${rows(count)} could not be redriven.`,
  },
  drop: (count: number) => `Drop ${rows(count)}`,
  dropTitle: (count: number) => `Drop ${rows(count)} from quarantine?`,
  dropHint:
    "They cannot be redriven afterwards. The ledger still counts them as quarantined, and as dropped. Rows of one order are dropped together.",
  dropped: (count: number, skipped: number) =>
    skipped === 0 ? `${rows(count)} dropped.` : `${rows(count)} dropped, ${rows(skipped)} could not be.`,
};
