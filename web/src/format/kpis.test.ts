import { describe, expect, it } from "vitest";
import { formatKpi, formatKpiDifference, KPI_NAMES, kpiLabel } from "./kpis";

describe("values of KPIs", () => {
  it("have the unit of the KPI", () => {
    expect(formatKpi("approvalRate", 0.85612, "USD")).toBe("85.61%");
    expect(formatKpi("fraudLoss", 339.9286, "EUR")).toBe("€339.93");
    expect(formatKpi("decisionThroughput", 45.2, "USD")).toBe("45.2 / s");
  });

  it("that are absent are a dash, and zero is zero", () => {
    expect(formatKpi("recall", null, "USD")).toBe("–");
    expect(formatKpi("recall", 0, "USD")).toBe("0%");
    expect(formatKpiDifference("recall", null, "USD")).toBe("–");
  });

  it("differ by percentage points, or by amounts, with a sign", () => {
    expect(formatKpiDifference("approvalRate", 0.00864, "USD")).toBe("+0.86 pp");
    expect(formatKpiDifference("fraudLoss", -12.5, "USD")).toBe("−$12.50");
    expect(formatKpiDifference("recall", 0, "USD")).toBe("0 pp");
  });

  it("have names that people read", () => {
    expect(KPI_NAMES.map(kpiLabel)).toContain("Approval rate");
    expect(kpiLabel("netPerDecision")).toBe("netPerDecision");
  });
});
