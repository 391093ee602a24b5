/** Says who was faster, and asks whose version is to stay. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { formatAgo } from "@/format/times";
import type { Dashboard } from "../model";
import { text } from "@/text";
import { text as t } from "@/text/dashboards";

type Props = {
  theirs: Dashboard | null;
  onReload: (theirs: Dashboard) => void;
  onOverwrite: (theirs: Dashboard) => void;
  onClose: () => void;
};

export function ConflictModal({ theirs, onReload, onOverwrite, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={t.editor.conflict.title} centered>
      <Stack>
        <Text size="sm" className="tally-break">
          {theirs === null
            ? t.editor.conflict.gone
            : t.editor.conflict.text(theirs.version, formatAgo(theirs.updated_at), theirs.owner)}
        </Text>
        <Group justify="flex-end">
          {theirs === null ? (
            <Button onClick={onClose}>{text.actions.close}</Button>
          ) : (
            <>
              <Button variant="default" data-autofocus onClick={() => onReload(theirs)}>
                {t.editor.conflict.reload}
              </Button>
              <Button color="red" onClick={() => onOverwrite(theirs)}>
                {t.editor.conflict.overwrite}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
