/** One cohort: its key figures beside those of all decisions, and what drives its scores more than elsewhere. */
import { Button, Skeleton, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { call, type Result } from "@/api/client";
import { toApiError } from "@/api/errors";
import { useApi } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { formatDay } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { dimensions } from "@/text/dimensions";
import { text as t } from "@/text/fraud";
import { CohortFigures } from "./CohortFigures";
import { before } from "./cohorts";
import { DriversPanel } from "./DriversPanel";

type Drivers = Result<"/api/v1/analytics/explain/cohort/{cohortId}/top-drivers">;

export function Component() {
  const { cohortId = "" } = useParams();
  const { timeZone } = usePreferences();
  const query = useApi("/api/v1/analytics/explain/cohort/{cohortId}/top-drivers", {
    path: { cohortId },
    query: { limit: 100 },
  });
  const { data } = query;
  return (
    <Page
      title={data ? t.cohort.title(dimensions[data.dimension], data.name) : t.cohorts.cohort}
      description={
        data && t.cohort.range(formatDay(data.startDate, timeZone), formatDay(data.endDate, timeZone))
      }
      actions={data && <PeriodBefore cohortId={cohortId} drivers={data} />}
    >
      <Loaded query={query} skeleton={<Skeleton h={320} />}>
        {(drivers) => (
          <Stack gap="md">
            <CohortFigures cohortId={cohortId} drivers={drivers} />
            <DriversPanel drivers={drivers} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

/** Finds the same cohort in the equally long range before, and compares both. */
function PeriodBefore({ cohortId, drivers }: { cohortId: string; drivers: Drivers }) {
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const compare = async () => {
    setBusy(true);
    try {
      const query = { ...before(drivers), dimension: drivers.dimension, minCount: 1 };
      const { cohorts } = await call("get", "/api/v1/analytics/cohorts", { query });
      const former = cohorts.find(({ name }) => name === drivers.name);
      if (former === undefined)
        notifications.show({ message: t.cohort.noPeriod(drivers.name), color: "yellow" });
      else await navigate(`/fraud/cohorts/compare?ids=${former.id},${cohortId}`);
    } catch (error) {
      notifications.show({ message: toApiError(error).message, color: "red" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button variant="default" loading={isBusy} onClick={() => void compare()}>
      {t.cohort.comparePeriod}
    </Button>
  );
}
