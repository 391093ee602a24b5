/** Shows what a file would become, lets that be corrected, and loads the file. */
import { Box, Grid, Loader, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Panel } from "@/components/Panel";
import { RECORD_FIELDS } from "@/api/records.gen";
import { text as t } from "@/text/dataImport";
import { ColumnTable } from "./ColumnTable";
import { currencyIn, type Draft, previewOf, shapeOf } from "./draft";
import { FileFacts } from "./FileFacts";
import { LoadBar } from "./LoadBar";
import { MappingJson } from "./MappingJson";
import { missingFields } from "./mapping";
import { OtherFields } from "./OtherFields";
import { Problems } from "./Problems";
import { Questions } from "./Questions";
import { SampleRows } from "./SampleRows";
import { Settings } from "./Settings";
import { usePreview } from "./usePreview";

const PAUSE = 400;

type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  onAnother: () => void;
  onUploaded: (batchId: string, currency: string | null) => void;
};

export function DraftEditor({ draft, onChange, onAnother, onUploaded }: Props) {
  const [tried] = useDebouncedValue(draft.mapping, PAUSE);
  const preview = usePreview({
    ...draft,
    mapping: tried,
    first: previewOf(draft, tried),
    isReadable: draft.found !== null,
  });
  const found = preview.data ?? draft.found;
  const shape = shapeOf(found, draft.type);
  const setMapping = (mapping: Draft["mapping"]) => onChange({ ...draft, mapping });
  const required = RECORD_FIELDS[draft.type].filter((field) => field.required).map(({ name }) => name);
  const editing = { draft, shape, onChange: setMapping };

  return (
    <Stack gap="md">
      <FileFacts draft={draft} preview={found} onChange={setMapping} onAnother={onAnother} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Settings draft={draft} onChange={onChange} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Panel
            title={t.result.title}
            aside={preview.isFetching && <Loader size="xs" aria-label={t.result.trying} />}
          >
            <Stack gap="sm">
              {preview.error && <ErrorNotice error={preview.error} />}
              <Problems preview={found} missing={missingFields(draft.mapping, required, shape)} />
              <Questions {...editing} />
            </Stack>
          </Panel>
        </Grid.Col>
      </Grid>
      {found !== null && (
        <>
          <Panel title={t.columns.title}>
            <Stack gap="md">
              <ColumnTable {...editing} preview={found} />
              <OtherFields {...editing} />
              <MappingJson mapping={draft.mapping} onChange={setMapping} />
            </Stack>
          </Panel>
          <Panel title={t.rows.title(found.records.length)}>
            <SampleRows preview={found} type={draft.type} />
          </Panel>
        </>
      )}
      <Box pos="sticky" bottom={8} style={{ zIndex: 2 }}>
        <LoadBar
          draft={draft}
          preview={found}
          isTried={tried === draft.mapping && !preview.isFetching && !preview.isError}
          onUploaded={(batchId) => onUploaded(batchId, currencyIn(found))}
        />
      </Box>
    </Stack>
  );
}
