/** All dashboards that one may see: search, filters, and what one can do with each. */
import { Button, Group, Input, SegmentedControl, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { may } from "@/session/session";
import { currentSubject } from "@/session/subject";
import { CATEGORIES, type Dashboard } from "../model";
import { LIST } from "../useChanges";
import { CreateDashboard } from "./CreateDashboard";
import { DashboardTable } from "./DashboardTable";
import { matching, WHOSE } from "./filters";
import { text as t } from "@/text/dashboards";

export function Component() {
  const [sort, setSort] = useUrlState("sort", "name,asc");
  const dashboards = useApi(LIST, { query: { sort }, keep: true });
  const [isCreating, { open, close }] = useDisclosure();
  return (
    <Page
      title={t.list.title}
      description={t.list.description}
      actions={
        may("dashboards:write") && (
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
            {t.list.create}
          </Button>
        )
      }
    >
      <Filters />
      <Loaded query={dashboards} skeleton={<Skeleton h={320} />}>
        {({ dashboards: all }) => <Matches dashboards={all} sort={sort} onSort={setSort} onCreate={open} />}
      </Loaded>
      {isCreating && <CreateDashboard onClose={close} />}
    </Page>
  );
}

function useFilters() {
  const [search, setSearch] = useUrlState("q", "");
  const [category, setCategory] = useUrlState("category", "");
  const [whose, setWhose] = useUrlState("whose", "everybody");
  return { search, setSearch, category, setCategory, whose, setWhose };
}

function Filters() {
  const { search, setSearch, category, setCategory, whose, setWhose } = useFilters();
  return (
    <Group gap="sm">
      <TextInput
        size="xs"
        w={{ base: "100%", xs: 280 }}
        aria-label={t.list.search}
        placeholder={t.list.search}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={search}
        rightSection={search !== "" && <Input.ClearButton onClick={() => setSearch(null)} />}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label={t.list.whose}
        value={whose}
        onChange={setWhose}
        data={WHOSE.map((value) => ({ value, label: t.list[value] }))}
      />
      <Select
        size="xs"
        w={150}
        aria-label={t.list.category}
        placeholder={t.list.category}
        clearable
        value={category === "" ? null : category}
        onChange={setCategory}
        data={CATEGORIES.map((value) => ({ value, label: t.categories[value] ?? value }))}
      />
    </Group>
  );
}

type MatchesProps = {
  dashboards: readonly Dashboard[];
  sort: string;
  onSort: (by: string) => void;
  onCreate: () => void;
};

function Matches({ dashboards, sort, onSort, onCreate }: MatchesProps) {
  const filters = useFilters();
  const found = matching(dashboards, filters, currentSubject());
  if (found.length > 0) return <DashboardTable dashboards={found} sort={sort} onSort={onSort} />;
  const hasNoneOfOwn = filters.whose === "own" && filters.search === "" && filters.category === "";
  if (!hasNoneOfOwn) return <EmptyState title={t.list.noneFound} hint={t.list.noneFoundHint} />;
  return (
    <EmptyState title={t.list.noneOwn} hint={t.list.noneOwnHint}>
      <Stack>
        {may("dashboards:write") && (
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={onCreate}>
            {t.list.create}
          </Button>
        )}
      </Stack>
    </EmptyState>
  );
}
