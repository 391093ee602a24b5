/** Asks for an API key. */
import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { signIn } from "@/session/session";
import { text } from "@/text";

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = useForm({ initialValues: { keyId: "", secret: "" } });

  const submit = async ({ keyId, secret }: { keyId: string; secret: string }) => {
    setBusy(true);
    setFailure(null);
    try {
      await signIn(keyId.trim(), secret.trim());
      onSignedIn();
    } catch (error) {
      setFailure(toApiError(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack gap="sm">
        <TextInput
          label={text.signIn.keyId}
          description={text.signIn.keyIdHint}
          name="username"
          autoComplete="username"
          required
          autoFocus
          {...form.getInputProps("keyId")}
        />
        <PasswordInput
          label={text.signIn.secret}
          name="password"
          autoComplete="current-password"
          required
          {...form.getInputProps("secret")}
        />
        {failure && <ErrorNotice error={failure} />}
        <Button type="submit" size="sm" loading={isBusy}>
          {text.actions.signIn}
        </Button>
        <Text size="xs" c="dimmed">
          {text.signIn.help}
        </Text>
      </Stack>
    </form>
  );
}
