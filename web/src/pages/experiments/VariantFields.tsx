/** The variants of an experiment: two to ten, one of them the control. */
import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  JsonInput,
  NumberInput,
  Radio,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useExperimentFormContext } from "./form";
import { evenShares, newVariant, sumOfShares } from "./formValues";
import { formatPercent } from "@/format/numbers";
import { text as t } from "@/text/experiments";

const FEWEST = 2;
const MOST = 10;

export function VariantFields() {
  const form = useExperimentFormContext();
  const { variants } = form.values;
  const sum = sumOfShares(variants);
  return (
    <Stack gap="sm">
      {variants.map(({ key }, place) => (
        <VariantField key={key} place={place} />
      ))}
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={variants.length >= MOST}
          onClick={() => form.insertListItem("variants", newVariant())}
        >
          {t.form.addVariant}
        </Button>
        <Button
          variant="subtle"
          onClick={() =>
            evenShares(variants.length).forEach((share, place) =>
              form.setFieldValue(`variants.${place}.percent`, share),
            )
          }
        >
          {t.form.split}
        </Button>
        <Text size="sm" c={sum === 100 ? "dimmed" : "red"} role="status">
          {t.form.total(formatPercent(sum / 100, 2))}
        </Text>
      </Group>
      {form.errors.variants && (
        <Text size="sm" c="red" role="alert">
          {form.errors.variants}
        </Text>
      )}
    </Stack>
  );
}

function VariantField({ place }: { place: number }) {
  const form = useExperimentFormContext();
  const { variants } = form.values;
  const choose = () =>
    variants.forEach((_, each) => form.setFieldValue(`variants.${each}.isControl`, each === place));
  const number = place + 1;
  return (
    <Fieldset legend={t.form.variant(number)} p="sm">
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <Radio
            label={t.form.isControl}
            checked={variants[place]?.isControl ?? false}
            onChange={choose}
            name="control"
            error={form.errors[`variants.${place}.isControl`]}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            ml="auto"
            aria-label={t.form.removeVariant(number)}
            disabled={variants.length <= FEWEST}
            onClick={() => form.removeListItem("variants", place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput
            label={t.form.variantId}
            description={t.form.variantIdHint}
            withAsterisk
            inputWrapperOrder={["label", "input", "description", "error"]}
            {...form.getInputProps(`variants.${place}.id`)}
          />
          <TextInput
            label={t.form.variantName}
            withAsterisk
            dir="auto"
            {...form.getInputProps(`variants.${place}.name`)}
          />
          <NumberInput
            label={t.form.allocation}
            withAsterisk
            suffix=" %"
            min={0}
            max={100}
            step={5}
            clampBehavior="none"
            {...form.getInputProps(`variants.${place}.percent`)}
          />
        </SimpleGrid>
        <TextInput
          label={t.form.variantDescription}
          dir="auto"
          {...form.getInputProps(`variants.${place}.description`)}
        />
        <JsonInput
          label={t.form.configuration}
          description={t.form.configurationHint}
          autosize
          minRows={2}
          maxRows={16}
          formatOnBlur
          styles={{ input: { fontFamily: "monospace" } }}
          validationError={form.errors[`variants.${place}.configuration`]}
          {...form.getInputProps(`variants.${place}.configuration`)}
        />
      </Stack>
    </Fieldset>
  );
}
