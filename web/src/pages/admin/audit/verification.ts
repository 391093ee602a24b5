/** The result of a verification of the audit log, which the API gives in parts. */
import type { components } from "@/api/schema.gen";

export type Part = components["schemas"]["AuditVerificationResponse"];
export type Finding = components["schemas"]["AuditFinding"];

export type Verified = {
  entries: number;
  anchors: number;
  totalEntries: number;
  findings: readonly Finding[];
  /** Where the next part begins; null once everything is verified. */
  next: string | null;
};

export const NOTHING_YET: Verified = { entries: 0, anchors: 0, totalEntries: 0, findings: [], next: null };

/** Adds a part to what was verified before it; a finding that several parts report counts once. */
export function withPart(before: Verified, part: Part): Verified {
  const findings = new Map([...before.findings, ...part.findings].map((each) => [each.message, each]));
  return {
    entries: before.entries + part.entries,
    anchors: before.anchors + part.anchors,
    totalEntries: part.totalEntries,
    findings: [...findings.values()],
    next: part.next ?? null,
  };
}

/** How much of the log is verified, 0 to 1. Entries that are written meanwhile do not make it more than all. */
export function progressOf({ entries, totalEntries, next }: Verified): number {
  if (next === null) return 1;
  return totalEntries === 0 ? 0 : Math.min(1, entries / totalEntries);
}
