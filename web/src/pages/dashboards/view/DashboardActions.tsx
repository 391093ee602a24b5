/** What people can do with a dashboard: edit, copy, delete, and see it on the whole screen. */
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconCopy,
  IconDots,
  IconPencil,
  IconRefresh,
  IconTrash,
} from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { addressOf, isOwn } from "../access";
import type { Dashboard } from "../model";
import { useCopy, useRemoval } from "../useChanges";
import { text as t } from "@/text/dashboards";
import { may } from "@/session/session";

type Props = { dashboard: Dashboard; isFull: boolean; onFullScreen: () => void; onRefresh: () => void };

export function DashboardActions({ dashboard, isFull, onFullScreen, onRefresh }: Props) {
  const navigate = useNavigate();
  const copy = useCopy((made) => void navigate(addressOf(made)));
  const remove = useRemoval(() => void navigate("/dashboards"));
  const mayWrite = may("dashboards:write");
  const isMine = isOwn(dashboard);
  const FullIcon = isFull ? IconArrowsMinimize : IconArrowsMaximize;
  const full = isFull ? t.actions.leaveFullScreen : t.actions.fullScreen;
  return (
    <>
      {mayWrite && isMine && !isFull && (
        <Button
          component={Link}
          to={`${addressOf(dashboard)}/edit`}
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
        >
          {t.actions.edit}
        </Button>
      )}
      {mayWrite && !isMine && !isFull && (
        <Button
          variant="default"
          leftSection={<IconCopy size={14} aria-hidden />}
          loading={copy.isPending}
          onClick={() => copy.run(dashboard)}
        >
          {t.actions.copy}
        </Button>
      )}
      <Tooltip label={full}>
        <ActionIcon variant="default" size={30} aria-label={full} onClick={onFullScreen}>
          <FullIcon size={16} />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t.actions.more}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRefresh size={14} aria-hidden />} onClick={onRefresh}>
            {t.actions.refresh}
          </Menu.Item>
          {mayWrite && isMine && (
            <>
              <Menu.Item leftSection={<IconCopy size={14} aria-hidden />} onClick={() => copy.run(dashboard)}>
                {t.actions.copy}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={14} aria-hidden />}
                onClick={() => remove(dashboard)}
              >
                {t.actions.delete}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
