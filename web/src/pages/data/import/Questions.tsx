/** What the API could not know from the file: questions with the answers to choose from. */
import { Alert, Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconCheck, IconHelpCircle } from "@tabler/icons-react";
import { timeZones } from "@/preferences/preferences";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";
import type { Draft } from "./draft";
import { type Shape, sourceName, targetOf } from "./mapping";
import { type Question, readQuestion, withZone } from "./questions";

type Props = { draft: Draft; shape: Shape; onChange: (mapping: Mapping) => void };

export function Questions({ draft, shape, onChange }: Props) {
  const { mapping } = draft;
  const names = {
    fieldOf: (column: string) => {
      const target = targetOf(mapping, column, shape);
      return target.kind === "field" ? target.field : null;
    },
    sourceOf: (column: string) => sourceName(mapping, column, shape),
  };
  const questions = draft.questions
    .map((each) => readQuestion(each, mapping, names))
    // Missing fields are listed with the problems, and change with the mapping.
    .filter((each) => !each.text.startsWith("no column was found for"));
  const open = questions.filter(({ kind }) => kind === "open");
  const asked = questions.filter(({ kind }) => kind !== "open");
  return (
    <Stack gap="xs">
      {open.map(({ text }) => (
        <Group key={text} gap={6} wrap="nowrap">
          <IconHelpCircle size={16} aria-hidden style={{ flexShrink: 0 }} />
          <Text size="sm" className="tally-break">
            {text}
          </Text>
        </Group>
      ))}
      {asked.map((question) => (
        <Alert
          key={question.text}
          color={question.isAnswered ? "green" : "yellow"}
          icon={
            question.isAnswered ? (
              <IconCheck size={18} aria-hidden />
            ) : (
              <IconHelpCircle size={18} aria-hidden />
            )
          }
          title={
            <Text inherit className="tally-break">
              {titleOf(question)}
            </Text>
          }
        >
          <Answers question={question} mapping={mapping} onChange={onChange} />
        </Alert>
      ))}
    </Stack>
  );
}

function titleOf(question: Question): string {
  if (question.kind === "zone") return t.questions.zone(question.column);
  return question.kind === "choice" ? t.questions.choice(question.column) : question.text;
}

function Answers({
  question,
  mapping,
  onChange,
}: {
  question: Question;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) {
  if (question.kind === "open") return null;
  if (question.kind === "choice") {
    return (
      <Group gap="xs">
        {question.answers.map((answer) => {
          const isChosen = JSON.stringify(answer.mapping) === JSON.stringify(mapping);
          return (
            <Button
              key={answer.label}
              variant={isChosen ? "filled" : "default"}
              aria-pressed={isChosen}
              onClick={() => onChange(answer.mapping)}
            >
              {answer.label}
            </Button>
          );
        })}
      </Group>
    );
  }
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Group gap="xs">
      {[...new Set(["UTC", here])].map((zone) => (
        <Button
          key={zone}
          variant={mapping.timezone === zone ? "filled" : "default"}
          aria-pressed={mapping.timezone === zone}
          onClick={() => onChange(withZone(mapping, zone))}
        >
          {zone}
        </Button>
      ))}
      <Select
        size="xs"
        aria-label={t.questions.otherZone}
        placeholder={t.questions.otherZone}
        data={timeZones()}
        searchable
        value={mapping.timezone ?? null}
        onChange={(zone) => onChange(withZone(mapping, zone))}
      />
    </Group>
  );
}
