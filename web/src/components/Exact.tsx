/** A number as it is shown, with the exact one that the API returned in its tooltip. */
import type { ReactNode } from "react";

export function Exact({ value, children }: { value: number | null | undefined; children: ReactNode }) {
  if (value === null || value === undefined) return <>{children}</>;
  return (
    <data value={value} title={String(value)}>
      {children}
    </data>
  );
}
