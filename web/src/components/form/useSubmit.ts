/** Sends a form to the API: while it is on its way, the button waits; what is refused is shown at the fields. */
import { useState } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { placeErrors } from "./apiErrors";

type Form = {
  clearErrors: () => void;
  setErrors: (errors: Record<string, string>) => void;
};
type Options = {
  /** Returns the form's field for a path of the API, null if there is none. */
  fieldOf: (path: string) => string | null;
  /** Further messages by field, of what the API cannot be asked about. */
  others?: () => Record<string, string>;
};

/** Returns a function that runs `send` and places its errors, whether it runs, and the error without its fields. */
export function useSubmit(
  form: Form,
  { fieldOf, others }: Options,
): { submit: (send: () => Promise<unknown>) => Promise<void>; isBusy: boolean; failure: ApiError | null } {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (send: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(null);
    form.clearErrors();
    try {
      await send();
    } catch (error) {
      const { errors, rest } = placeErrors(toApiError(error), fieldOf);
      form.setErrors({ ...errors, ...others?.() });
      setFailure(rest);
    } finally {
      setBusy(false);
    }
  };
  return { submit, isBusy, failure };
}
