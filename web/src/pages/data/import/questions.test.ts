import { describe, expect, it } from "vitest";
import { inWords, readQuestion } from "./questions";

const names = { fieldOf: () => "timestamp", sourceOf: (column: string) => column };

describe("a question of the API", () => {
  it("about the order of day and month is answered by choosing a format", () => {
    const question = readQuestion(
      "Order: date: is 01/02/2024 written as %d/%m/%Y or %m/%d/%Y?",
      { columns: { a: "b" } },
      names,
    );

    expect(question).toMatchObject({ kind: "choice", isAnswered: false });
    const answers = question.kind === "choice" ? question.answers : [];
    expect(answers.map(({ label }) => label)).toEqual([
      "01/02/2024 = day/month/year",
      "01/02/2024 = month/day/year",
    ]);
    expect(answers[1]?.mapping).toEqual({
      columns: { a: "b" },
      date_formats: { timestamp: { formats: ["%m/%d/%Y"], ambiguous: "reject" } },
    });
  });

  it("about thousands is answered by how the number is meant", () => {
    const question = readQuestion(
      "Price: is 1,240 one thousand and more, or has it decimal places? Set `numbers`",
      {},
      names,
    );

    const answers = question.kind === "choice" ? question.answers : [];
    expect(answers.map(({ label, mapping }) => [label, mapping.numbers])).toEqual([
      ["1,240 = 1240", { Price: { thousands: "," } }],
      ["1,240 = 1.240", { Price: { decimal: "," } }],
    ]);
  });

  it("about a time zone is answered once the mapping has one", () => {
    const text = "Date: in which time zone are times without one? (now: UTC)";

    expect(readQuestion(text, {}, names)).toMatchObject({ kind: "zone", column: "Date", isAnswered: false });
    expect(readQuestion(text, { timezone: "UTC" }, names).isAnswered).toBe(true);
  });

  it("of another kind is shown as it is", () => {
    expect(readQuestion("3 rows have the transaction_id of another row", {}, names).kind).toBe("open");
  });
});

it("a format is put in words", () => {
  expect(inWords("%d.%m.%Y %H:%M")).toBe("day.month.year hour:minute");
});
