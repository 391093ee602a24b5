/** Imports a file: choose it, see what it would become, correct that, load it, and see the first chart. */
import { useState } from "react";
import { useSearchParams } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/dataImport";
import { isDataType } from "../parts/dataTypes";
import { useIsEmpty } from "../parts/useIsEmpty";
import { ChooseFile } from "./ChooseFile";
import type { Draft } from "./draft";
import { DraftEditor } from "./DraftEditor";
import { LoadedFile } from "./LoadedFile";

export function Component() {
  const [parameters, setParameters] = useSearchParams();
  const batchId = parameters.get("batch") ?? "";
  const [sourceId] = useUrlState("source", "");
  const [type] = useUrlState("type", "");
  const [draft, setDraft] = useState<Draft | null>(null);
  const isFirst = useIsEmpty() === true;

  if (!may("ingest:write")) return <EmptyState title={text.errors.forbidden("ingest:write")} />;
  return (
    <Page
      title={isFirst && draft === null ? t.firstTitle : t.title}
      description={isFirst && draft === null ? t.firstDescription : t.description}
    >
      {batchId !== "" ? (
        <LoadedFile
          batchId={batchId}
          currency={parameters.get("in")}
          onAnother={() => {
            setDraft(null);
            setParameters({});
          }}
        />
      ) : draft === null ? (
        <ChooseFile
          wanted={{ type: isDataType(type) ? type : null, sourceId }}
          onDraft={setDraft}
          isFirst={isFirst}
        />
      ) : (
        <DraftEditor
          draft={draft}
          onChange={setDraft}
          onAnother={() => setDraft(null)}
          onUploaded={(batch, currency) => setParameters({ batch, ...(currency ? { in: currency } : {}) })}
        />
      )}
    </Page>
  );
}
