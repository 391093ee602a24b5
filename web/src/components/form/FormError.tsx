/** Why a form was refused, beside the messages at its fields; moves the focus to the first wrong field. */
import { useEffect, useRef } from "react";
import type { ApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";

export function FormError({ error, hasFields }: { error: ApiError | null; hasFields: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error === null) return;
    const wrong = place.current?.closest("form")?.querySelector<HTMLElement>("[aria-invalid=true]");
    (wrong ?? place.current)?.focus();
  }, [error]);
  return (
    <div ref={place} tabIndex={-1}>
      {error !== null && <ErrorNotice error={error} {...(hasFields ? { title: text.errors.invalid } : {})} />}
    </div>
  );
}
