/** The currency in which the platform adds amounts up. */
import { useApi } from "./queries";
import { may } from "@/session/session";

/** Returns its ISO 4217 code; null while it is loaded, and for keys that may not read it. */
export function useReportingCurrency(): string | null {
  const { data } = useApi("/api/v1/analytics/configuration", { enabled: may("fraud:read") });
  return data?.currency ?? null;
}
