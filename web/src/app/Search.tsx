/** Goes to a page, a dashboard or a decision by its name or id; Ctrl or Cmd with K opens it. */
import { ActionIcon } from "@mantine/core";
import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { useApi } from "@/api/queries";
import { may } from "@/session/session";
import { text } from "@/text";
import { visibleAreas } from "./areas";

export function Search() {
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const [wasOpened, setOpened] = useState(false);
  const dashboards = useApi("/api/v1/dashboards", {
    query: { size: 100 },
    enabled: wasOpened && may("dashboards:read"),
  });

  const actions = useMemo<SpotlightActionData[]>(() => {
    const to = (path: string, label: string, description?: string): SpotlightActionData => ({
      id: path,
      label,
      ...(description === undefined ? {} : { description }),
      onClick: () => void navigate(path),
    });
    const areas = visibleAreas().map(({ path, label }) => to(path, label));
    const found = (dashboards.data?.dashboards ?? []).map((each) =>
      to(`/dashboards/${encodeURIComponent(each.dashboard_id)}`, each.name, text.areas.dashboards),
    );
    const id = query.trim();
    const decision =
      id === "" ? [] : [to(`/fraud/decisions/${encodeURIComponent(id)}`, text.shell.openDecision(id))];
    return [...areas, ...found, ...decision];
  }, [dashboards.data, navigate, query]);

  return (
    <>
      <ActionIcon variant="subtle" size="lg" aria-label={text.shell.search} onClick={spotlight.open}>
        <IconSearch size={20} />
      </ActionIcon>
      <Spotlight
        actions={actions}
        query={query}
        onQueryChange={setQuery}
        onSpotlightOpen={() => setOpened(true)}
        nothingFound={text.shell.nothingFound}
        searchProps={{
          placeholder: text.shell.searchHint,
          leftSection: <IconSearch size={18} aria-hidden />,
        }}
        limit={12}
      />
    </>
  );
}
