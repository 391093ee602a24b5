/** A row for each report: the score, and that of each dimension. */
import { Anchor, UnstyledButton } from "@mantine/core";
import { type Column, DataTable, type Paging, type Sorting } from "@/components/DataTable";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { nameOfType } from "../parts/dataTypes";
import { SOURCE_COLUMNS } from "../parts/sourceColumns";
import { Score } from "../parts/Score";
import type { Quality } from "./QualityPage";

export type Report = Quality["reports"][number];

const DIMENSIONS = [
  "completeness",
  "validity",
  "consistency",
  "accuracy",
  "uniqueness",
  "timeliness",
] as const;

type Props = {
  reports: readonly Report[];
  paging: Paging;
  sorting: Sorting;
  onChoose: (id: string) => void;
};

export function Reports({ reports, paging, sorting, onChoose }: Props) {
  const columns: readonly Column<Report>[] = [
    ...SOURCE_COLUMNS,
    {
      key: "score",
      title: t.quality.score,
      sort: "quality_score",
      render: ({ quality_score }) => <Score score={quality_score} />,
    },
    ...DIMENSIONS.map((name) => ({
      key: name,
      title: t.quality.dimensions[name],
      isNumber: true,
      render: ({ dimensions }: Report) =>
        formatNumber(dimensions.find(({ dimension }) => dimension === name)?.score),
    })),
    {
      key: "rows",
      title: t.quality.rows,
      isNumber: true,
      sort: "rows",
      render: ({ rows }) => formatNumber(rows),
    },
    {
      key: "issues",
      title: t.quality.issues,
      isNumber: true,
      render: ({ report_id, issues_found, source_id, data_type }) => (
        <UnstyledButton
          onClick={() => onChoose(report_id)}
          aria-label={t.quality.show(source_id, nameOfType(data_type))}
        >
          <Anchor component="span" size="sm">
            {issues_found.length === 0 ? t.quality.noIssues : t.quality.issueCount(issues_found.length)}
          </Anchor>
        </UnstyledButton>
      ),
    },
  ];
  return (
    <DataTable
      label={t.quality.reports}
      columns={columns}
      rows={reports}
      keyOf={({ report_id }) => report_id}
      paging={paging}
      sorting={sorting}
    />
  );
}
