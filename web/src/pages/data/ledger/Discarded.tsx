/** Records of the stream that are in no line of the ledger because they could not be loaded, and what to do. */
import { Alert, Code, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Moment } from "@/components/Moment";
import { text as t } from "@/text/data";
import type { Ledger } from "./LedgerPage";

type Props = NonNullable<Ledger["discarded"]>;

export function Discarded({ batches, records, oldest, complete }: Props) {
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t.ledger.discarded(records, batches, complete)}
    >
      <Text size="sm">
        {oldest && (
          <>
            {t.ledger.discardedSince} <Moment at={oldest} />.{" "}
          </>
        )}
        {t.ledger.discardedHint} <Code>./tally stream redrive</Code>
      </Text>
    </Alert>
  );
}
