/** Short messages about what people did: that it is done, or why not. */
import { notifications } from "@mantine/notifications";
import { toApiError } from "@/api/errors";
import { text } from "@/text";

const LONG = 12_000;

export function noticeDone(message: string): void {
  notifications.show({ message, color: "green" });
}

/** Shows why something failed, with every field and the request's id. */
export function noticeFailure(error: unknown): void {
  const { message, fields, requestId } = toApiError(error);
  const parts = [
    message,
    ...fields.map((each) => `${each.field} ${each.message}`),
    ...(requestId === undefined ? [] : [text.errors.requestId(requestId)]),
  ];
  notifications.show({
    title: text.errors.failed,
    message: parts.join(" · "),
    color: "red",
    autoClose: LONG,
  });
}
