/** The ledger: what became of every record that was received, by day, source and data type. */
import { Stack } from "@mantine/core";
import { useMemo } from "react";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { Chart } from "@/components/chart/Chart";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { text as t } from "@/text/data";
import { DeliveryFilters, useDeliveryFilters } from "../parts/DeliveryFilters";
import { Balance } from "./Balance";
import { Discarded } from "./Discarded";
import { outcomesByDay } from "./ledgerChart";
import { LedgerLines } from "./LedgerLines";

export type Ledger = Result<"/api/v1/ingest/ledger">;

const SIZE = 25;
const RESETS = ["page"];

export function Component() {
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "hour,desc", RESETS);
  const filters = useDeliveryFilters();
  const ledger = useApi("/api/v1/ingest/ledger", {
    query: { ...filters, interval: "day", page, size: SIZE, sort },
    keep: true,
    every: 60_000,
  });
  return (
    <Page title={t.ledger.title} description={t.ledger.description}>
      <DeliveryFilters />
      <Loaded query={ledger}>
        {(found) => (
          <Stack gap="md">
            {found.discarded && <Discarded {...found.discarded} />}
            {found.totalElements === 0 ? (
              <EmptyState title={t.ledger.none} hint={t.ledger.noneHint} />
            ) : (
              <>
                <Panel title={t.ledger.totals}>
                  <Balance counters={found.totals} at={ledger.dataUpdatedAt} />
                </Panel>
                <Panel title={t.ledger.byDay}>
                  <ByDay days={found.days ?? []} />
                </Panel>
                <Panel title={t.ledger.lines}>
                  <LedgerLines
                    lines={found.content}
                    paging={{
                      number: found.number,
                      size: SIZE,
                      total: found.totalElements,
                      onChange: setPage,
                    }}
                    sorting={{ by: sort, onChange: setSort }}
                  />
                </Panel>
              </>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function ByDay({ days }: { days: NonNullable<Ledger["days"]> }) {
  const drawn = useMemo(() => outcomesByDay(days), [days]);
  return <Chart label={t.ledger.byDay} {...drawn} />;
}
