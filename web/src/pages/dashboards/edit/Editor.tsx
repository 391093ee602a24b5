/** A draft of a dashboard, with everything that changes it. */
import { Alert, Button, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useBlocker, useNavigate } from "react-router";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Page } from "@/components/Page";
import { addressOf } from "../access";
import { useDashboardData } from "../live/useDashboardData";
import type { Dashboard, Widget } from "../model";
import { WidgetGrid } from "../view/WidgetGrid";
import { ConflictModal } from "./ConflictModal";
import { DashboardFields } from "./DashboardFields";
import * as drafts from "./draft";
import { EditedWidget } from "./EditedWidget";
import { errorsByWidget, fieldErrors } from "./errors";
import { useSave } from "./useSave";
import { WidgetForm } from "./WidgetForm";
import { text } from "@/text";
import { text as t } from "@/text/dashboards";

const Canvas = lazy(() => import("./Canvas"));
const NARROW = "(max-width: 62em)";

export function Editor({ dashboard }: { dashboard: Dashboard }) {
  const navigate = useNavigate();
  // What the draft was made of; the dashboard itself may change meanwhile.
  const [read, setRead] = useState(dashboard);
  const [draft, setDraft] = useState(() => drafts.draftOf(dashboard));
  const [selected, setSelected] = useState<string | null>(null);
  const isNarrow = useMediaQuery(NARROW);
  const live = useDashboardData(dashboard.dashboard_id);
  const isChanged = !drafts.isSame(draft, drafts.draftOf(read));
  const leave = useGuard(isChanged);
  const close = () => {
    leave();
    void navigate(addressOf(dashboard));
  };
  const { save, isPending, conflict, failure, settle } = useSave(dashboard.dashboard_id, close);
  const errors = useMemo(
    () => (failure === null ? {} : errorsByWidget(failure.error.fields, failure.sent)),
    [failure],
  );
  const inForm = draft.widgets.find(({ widget_id }) => widget_id === selected);

  const add = () => {
    const id = newId();
    setDraft(drafts.added(draft, id, t.editor.newTitle));
    setSelected(id);
  };
  const edited = (widget: Widget) => (
    <EditedWidget
      widget={widget}
      state={isStored(widget, read) ? live.query.data?.widgets[widget.widget_id] : null}
      hasErrors={errors[widget.widget_id] !== undefined}
      onEdit={() => setSelected(widget.widget_id)}
      onDuplicate={() => setDraft(drafts.duplicated(draft, widget.widget_id, newId()))}
      onRemove={() => setDraft(drafts.removed(draft, widget.widget_id))}
      onMove={(position) => setDraft(drafts.moved(draft, widget.widget_id, position))}
    />
  );

  return (
    <Page
      title={t.editor.heading(draft.name)}
      actions={
        <>
          <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
            {t.editor.add}
          </Button>
          <Button variant="default" onClick={() => void navigate(addressOf(dashboard))}>
            {text.actions.cancel}
          </Button>
          <Button loading={isPending} onClick={() => void save(draft, read.updated_at)}>
            {text.actions.save}
          </Button>
        </>
      }
    >
      {failure &&
        (failure.error.fields.length === 0 ? (
          <ErrorNotice error={failure.error} />
        ) : (
          <Alert color="red" role="alert">
            {t.editor.invalid(failure.error.fields.length)}
          </Alert>
        ))}
      <DashboardFields draft={draft} errors={fieldErrors(failure?.error.fields ?? [])} onChange={setDraft} />
      {isNarrow ? (
        <WidgetGrid widgets={draft.widgets}>{edited}</WidgetGrid>
      ) : (
        <Suspense fallback={<Skeleton h={400} />}>
          <Canvas
            widgets={draft.widgets}
            onArrange={(layout) => setDraft((former) => drafts.arranged(former, layout))}
          >
            {edited}
          </Canvas>
        </Suspense>
      )}
      {inForm && (
        <WidgetForm
          widget={inForm}
          errors={errors[inForm.widget_id] ?? {}}
          onChange={(change) => setDraft(drafts.changed(draft, inForm.widget_id, change))}
          onMove={(position) => setDraft(drafts.moved(draft, inForm.widget_id, position))}
          onClose={() => setSelected(null)}
        />
      )}
      {conflict && (
        <ConflictModal
          theirs={conflict.theirs}
          onReload={(theirs) => {
            setRead(theirs);
            setDraft(drafts.draftOf(theirs));
            settle();
          }}
          onOverwrite={(theirs) => void save(draft, theirs.updated_at)}
          onClose={settle}
        />
      )}
    </Page>
  );
}

/** Whether what a widget asks is stored, so that its data can be shown. */
function isStored(widget: Widget, stored: Dashboard): boolean {
  const found = stored.widgets.find(({ widget_id }) => widget_id === widget.widget_id);
  return found !== undefined && JSON.stringify(found.configuration) === JSON.stringify(widget.configuration);
}

/** Asks before changes are lost; returns a function that lets one leave without being asked. */
function useGuard(isChanged: boolean): () => void {
  const isLeaving = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged && !isLeaving.current && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (window.confirm(t.editor.unsaved)) blocker.proceed();
    else blocker.reset();
  }, [blocker]);
  useEffect(() => {
    if (!isChanged) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isChanged]);
  return () => {
    isLeaving.current = true;
  };
}

function newId(): string {
  return `w-${crypto.randomUUID().slice(0, 8)}`;
}
