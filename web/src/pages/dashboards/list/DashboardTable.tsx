/** Dashboards with their category, visibility and last change. */
import { ActionIcon, Anchor, Badge, Box, Menu, Text, Tooltip } from "@mantine/core";
import { IconCopy, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { type Column, DataTable } from "@/components/DataTable";
import { Paper } from "@mantine/core";
import { formatAgo, formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { addressOf, isOwn, ownershipOf } from "../access";
import type { Dashboard } from "../model";
import { useCopy, useRemoval } from "../useChanges";
import { text as t } from "@/text/dashboards";

type Props = { dashboards: readonly Dashboard[]; sort: string; onSort: (by: string) => void };

export function DashboardTable({ dashboards, sort, onSort }: Props) {
  return (
    <Paper withBorder className="tally-surface" p="xs">
      <DataTable
        label={t.list.label}
        columns={COLUMNS}
        rows={dashboards}
        keyOf={({ dashboard_id }) => dashboard_id}
        sorting={{ by: sort, onChange: onSort }}
      />
    </Paper>
  );
}

const COLUMNS: readonly Column<Dashboard>[] = [
  { key: "name", title: t.list.name, sort: "name", render: (each) => <Name dashboard={each} /> },
  {
    key: "category",
    title: t.list.category,
    sort: "category",
    render: ({ category }) => t.categories[category] ?? category,
  },
  { key: "visibility", title: t.list.visibility, render: (each) => <Visibility dashboard={each} /> },
  { key: "widgets", title: t.list.widgets, isNumber: true, render: ({ widgets }) => widgets.length },
  {
    key: "changed",
    title: t.list.changed,
    sort: "updated_at",
    render: ({ updated_at }) => <Changed at={updated_at} />,
  },
  { key: "actions", title: "", isNumber: true, render: (each) => <Actions dashboard={each} /> },
];

function Name({ dashboard }: { dashboard: Dashboard }) {
  return (
    <Box miw={200} maw={560}>
      <Anchor component={Link} to={addressOf(dashboard)} fw={600} size="sm" lineClamp={2} dir="auto">
        {dashboard.name}
      </Anchor>
      <Text size="xs" c="dimmed" lineClamp={1} dir="auto">
        {dashboard.description}
      </Text>
    </Box>
  );
}

function Visibility({ dashboard }: { dashboard: Dashboard }) {
  const ownership = ownershipOf(dashboard);
  if (ownership === "platform") {
    return (
      <Tooltip label={t.visibility.platformHint} multiline maw={300}>
        <Badge variant="light" color="gray" size="sm" tabIndex={0}>
          {t.visibility.platform}
        </Badge>
      </Tooltip>
    );
  }
  if (ownership === "own") return <>{dashboard.is_public ? t.visibility.ownPublic : t.visibility.own}</>;
  return <>{t.visibility.public(dashboard.owner)}</>;
}

function Changed({ at }: { at: string }) {
  const { timeZone } = usePreferences();
  return <span title={formatTime(at, timeZone)}>{formatAgo(at)}</span>;
}

function Actions({ dashboard }: { dashboard: Dashboard }) {
  const navigate = useNavigate();
  const copy = useCopy((made) => void navigate(addressOf(made)));
  const remove = useRemoval(() => undefined);
  if (!may("dashboards:write")) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t.list.actionsOf(dashboard.name)}
          loading={copy.isPending}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOwn(dashboard) && (
          <Menu.Item
            component={Link}
            to={`${addressOf(dashboard)}/edit`}
            leftSection={<IconPencil size={14} aria-hidden />}
          >
            {t.actions.edit}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconCopy size={14} aria-hidden />} onClick={() => copy.run(dashboard)}>
          {t.actions.copy}
        </Menu.Item>
        {isOwn(dashboard) && (
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => remove(dashboard)}
          >
            {t.actions.delete}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
