/** Asks for what a new dashboard is called, and opens it in the editor. */
import { Button, Group, Modal, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "react-router";
import type { Body } from "@/api/client";
import { useSend } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { addressOf } from "../access";
import { fieldErrors } from "../edit/errors";
import { CATEGORIES } from "../model";
import { LIST, useInvalidateList } from "../useChanges";
import { text } from "@/text";
import { text as t } from "@/text/dashboards";

type Request = Body<"/api/v1/dashboards", "post">;

export function CreateDashboard({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const invalidate = useInvalidateList();
  const { mutate, error, isPending } = useSend("post", LIST);
  const form = useForm<Request>({
    initialValues: { name: "", description: "", category: "executive", is_public: false, widgets: [] },
  });
  const submit = (body: Request) =>
    mutate(
      { body },
      {
        onSuccess: (made) => {
          invalidate();
          void navigate(`${addressOf(made)}/edit`);
        },
        onError: (failure) => form.setErrors(fieldErrors(failure.fields)),
      },
    );
  return (
    <Modal opened onClose={onClose} title={t.list.create} centered>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack gap="sm">
          <TextInput label={t.editor.name} required data-autofocus {...form.getInputProps("name")} />
          <Textarea
            label={t.editor.description}
            autosize
            minRows={2}
            {...form.getInputProps("description")}
          />
          <Select
            label={t.list.category}
            allowDeselect={false}
            data={CATEGORIES.map((value) => ({ value, label: t.categories[value] ?? value }))}
            {...form.getInputProps("category")}
          />
          <Switch label={t.editor.isPublic} {...form.getInputProps("is_public", { type: "checkbox" })} />
          {error && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.actions.cancel}
            </Button>
            <Button type="submit" loading={isPending}>
              {text.actions.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
