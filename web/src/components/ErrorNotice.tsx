/** Says what went wrong with a request: every field, the request's id, and when to try again. */
import { Alert, Button, CopyButton, Group, List, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { ApiError } from "@/api/errors";
import { text } from "@/text";

type Props = { error: ApiError; title?: string; onRetry?: (() => void) | undefined };

export function ErrorNotice({ error, title, onRetry }: Props) {
  return (
    <Alert
      color={error.status === 429 ? "yellow" : "red"}
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={title ?? titleOf(error)}
      role="alert"
    >
      <Stack gap="xs">
        <Text size="sm" className="tally-break">
          {error.message}
        </Text>
        {error.fields.length > 0 && (
          <List size="sm">
            {error.fields.map((each) => (
              <List.Item key={`${each.field} ${each.message}`} className="tally-break">
                <b>{each.field}</b> {each.message}
              </List.Item>
            ))}
          </List>
        )}
        <Group gap="sm">
          {(onRetry !== undefined || error.retryAfter !== undefined) && (
            <Retry key={error.requestId} seconds={error.retryAfter ?? 0} onRetry={onRetry} />
          )}
          {error.requestId !== undefined && <RequestId id={error.requestId} />}
        </Group>
      </Stack>
    </Alert>
  );
}

/** The next attempt, once the wait that the API asks for is over. */
function Retry({ seconds, onRetry }: { seconds: number; onRetry: (() => void) | undefined }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <>
      {onRetry && (
        <Button variant="default" disabled={left > 0} onClick={onRetry}>
          {text.actions.retry}
        </Button>
      )}
      {left > 0 && <Text size="sm">{text.errors.wait(left)}</Text>}
    </>
  );
}

function RequestId({ id }: { id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? text.actions.copied : text.errors.copyRequestId}>
          <UnstyledButton onClick={copy} className="tally-break">
            <Text size="xs" ff="monospace">
              {text.errors.requestId(id)}
            </Text>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}

function titleOf(error: ApiError): string {
  if (error.fields.length > 0) return text.errors.invalid;
  return text.errors.title[error.status] ?? text.errors.failed;
}
