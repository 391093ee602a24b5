/** Rejected rows as they were received, with every error: to be corrected, redriven or dropped. */
import { Checkbox, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApi } from "@/api/queries";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/data";
import { text as q } from "@/text/dataQuarantine";
import { DeliveryFilters, UrlSelect, useDeliveryFilters } from "../parts/DeliveryFilters";
import { isDataType } from "../parts/dataTypes";
import { BulkActions } from "./BulkActions";
import type { QuarantinedRow } from "./editing";
import { columnsFor } from "./quarantineColumns";
import { RowEditor } from "./RowEditor";

const SIZE = 25;
const RESETS = ["page"];

export function Component() {
  const { timeZone } = usePreferences();
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "received_at,desc", RESETS);
  const [code] = useUrlState("code", "");
  const [opened, setOpened] = useUrlState("row", "");
  const filters = useDeliveryFilters();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const rows = useApi("/api/v1/ingest/quarantine", {
    query: { ...filters, code, page, size: SIZE, sort },
    keep: true,
  });
  const content = rows.data?.content ?? [];
  // What was chosen on another page, or has left the quarantine, is not acted on unseen.
  const selected = chosen.filter((id) => content.some((row) => row.id === id));
  const choose = (id: string, isChosen: boolean) =>
    setChosen(isChosen ? [...selected, id] : selected.filter((each) => each !== id));
  const mayRepair = may("ingest:write");

  return (
    <Page title={q.title} description={q.description}>
      <DeliveryFilters>
        <CodeFilter rows={content} />
      </DeliveryFilters>
      <Loaded query={rows}>
        {({ number, totalElements }) => (
          <Stack gap="sm">
            {totalElements > 0 && (
              <Group justify="space-between" gap="sm">
                <Group gap="md">
                  {mayRepair && (
                    <Checkbox
                      size="xs"
                      label={q.selectPage}
                      checked={selected.length === content.length}
                      indeterminate={selected.length > 0 && selected.length < content.length}
                      onChange={({ currentTarget }) =>
                        setChosen(currentTarget.checked ? content.map(({ id }) => id) : [])
                      }
                    />
                  )}
                  <Text size="sm" c="dimmed" role="status">
                    {q.count(totalElements, selected.length)}
                  </Text>
                </Group>
                {mayRepair && (
                  <BulkActions
                    selection={
                      selected.length > 0
                        ? { ids: [...selected] }
                        : {
                            source_id: filters.source_id === "" ? null : filters.source_id,
                            data_type: isDataType(filters.data_type) ? filters.data_type : null,
                            time_range: {
                              start: filters["time_range[start]"],
                              end: filters["time_range[end]"],
                            },
                            code: code === "" ? null : code,
                          }
                    }
                    count={selected.length > 0 ? selected.length : totalElements}
                    onDone={() => setChosen([])}
                  />
                )}
              </Group>
            )}
            <DataTable
              label={q.title}
              columns={columnsFor({
                timeZone,
                ...(mayRepair ? { selected, onChoose: choose } : {}),
                onOpen: setOpened,
              })}
              rows={content}
              keyOf={({ id }) => id}
              paging={{ number, size: SIZE, total: totalElements, onChange: setPage }}
              sorting={{ by: sort, onChange: setSort }}
              empty={<EmptyState title={q.none} hint={q.noneHint} />}
            />
          </Stack>
        )}
      </Loaded>
      <RowEditor
        key={opened}
        row={content.find(({ id }) => id === opened)}
        onClose={() => setOpened(null)}
        mayRepair={mayRepair}
      />
    </Page>
  );
}

/** The codes of the rows on the page; another one in the address stays a choice. */
function CodeFilter({ rows }: { rows: readonly QuarantinedRow[] }) {
  const [code] = useUrlState("code", "");
  const codes = new Set(rows.flatMap(({ errors }) => errors.map((error) => error.code)));
  if (code !== "") codes.add(code);
  return (
    <UrlSelect
      name="code"
      label={t.errors.code}
      any={q.anyCode}
      data={[...codes].sort().map((value) => ({ value, label: value }))}
      searchable
    />
  );
}
