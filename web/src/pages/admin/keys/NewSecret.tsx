/** The id and the secret of a key, which is shown once. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { components } from "@/api/schema.gen";
import { Secret } from "@/components/Secret";
import { text as t } from "@/text/admin";

type Props = { made: components["schemas"]["ApiKeyWithSecret"]; onClose: () => void };

export function NewSecret({ made, onClose }: Props) {
  return (
    <Stack gap="sm">
      <Alert color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />}>
        {t.keys.secret.once}
      </Alert>
      <Text size="sm">{t.keys.secret.id}</Text>
      <Secret label={t.keys.secret.id} value={made.id} />
      <Text size="sm">{t.keys.secret.secret}</Text>
      <Secret label={t.keys.secret.secret} value={made.client_secret} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t.keys.secret.done}</Button>
      </Group>
    </Stack>
  );
}
