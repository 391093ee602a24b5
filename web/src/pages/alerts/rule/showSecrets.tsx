/** Shows the secrets that the platform made for new webhooks, which no later answer contains. */
import { Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Secret } from "@/components/Secret";
import { text as t } from "@/text/alertRules";
import type { Rule } from "../ruleForm";

export function showSecrets({ notify }: Rule): void {
  const made = notify.flatMap((each) =>
    each.type === "webhook" && each.secret ? [{ url: each.url, secret: each.secret }] : [],
  );
  if (made.length === 0) return;
  modals.open({
    title: t.secrets.title,
    size: "lg",
    closeOnClickOutside: false,
    closeOnEscape: false,
    children: (
      <Stack gap="sm">
        <Text size="sm">{t.secrets.hint}</Text>
        {made.map(({ url, secret }) => (
          <Stack key={url} gap={4}>
            <Text size="xs" c="dimmed" className="tally-break">
              {url}
            </Text>
            <Secret label={t.secrets.of(url)} value={secret} />
          </Stack>
        ))}
      </Stack>
    ),
  });
}
