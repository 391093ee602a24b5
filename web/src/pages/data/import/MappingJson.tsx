/** The whole mapping as JSON, for what the forms above do not have. */
import { Accordion, JsonInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";

export function MappingJson({
  mapping,
  onChange,
}: {
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (value: string) => {
    const read = parse(value);
    setTyped(value);
    if (read !== null) onChange(read);
  };
  const written = JSON.stringify(mapping, null, 2);
  const isWrong = typed !== null && parse(typed) === null;
  return (
    <Accordion variant="default" chevronPosition="left" keepMounted={false}>
      <Accordion.Item value="json">
        <Accordion.Control>{t.json.title}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs">
            <Text size="xs" c="dimmed">
              {t.json.hint}
            </Text>
            <JsonInput
              aria-label={t.json.title}
              autosize
              minRows={6}
              maxRows={30}
              value={typed ?? written}
              onChange={change}
              onBlur={() => !isWrong && setTyped(null)}
              error={isWrong ? t.json.wrong : null}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
            />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function parse(value: string): Mapping | null {
  try {
    const found: unknown = JSON.parse(value);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}
