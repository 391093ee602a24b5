/** One quarantined row in a drawer: its errors, its values to be corrected, and what a redrive makes of them. */
import { Alert, Code, Drawer, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { text as q } from "@/text/dataQuarantine";
import { nameOfType } from "../parts/dataTypes";
import { columnsOf, type QuarantinedRow } from "./editing";
import { Errors } from "./quarantineColumns";
import { RowForm } from "./RowForm";

type Props = { row: QuarantinedRow | undefined; onClose: () => void; mayRepair: boolean };

export function RowEditor({ row, onClose, mayRepair }: Props) {
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={row && q.titleOf(row.row, nameOfType(row.data_type), row.source_id)}
      closeButtonProps={{ "aria-label": q.close }}
    >
      {row && <Contents row={row} onClose={onClose} mayRepair={mayRepair} />}
    </Drawer>
  );
}

function Contents({ row, onClose, mayRepair }: Omit<Props, "row"> & { row: QuarantinedRow }) {
  const columns = columnsOf(row);
  return (
    <Stack gap="md">
      <Errors errors={row.errors} />
      {columns === null || !mayRepair ? (
        <>
          {columns === null && (
            <Alert color="blue" icon={<IconInfoCircle size={18} aria-hidden />}>
              {q.notEditable}
            </Alert>
          )}
          <Code block className="tally-break" dir="auto">
            {row.raw}
          </Code>
          {row.raw_is_cut && (
            <Text size="xs" c="dimmed">
              {q.cut}
            </Text>
          )}
        </>
      ) : (
        <RowForm row={row} columns={columns} onClose={onClose} />
      )}
    </Stack>
  );
}
