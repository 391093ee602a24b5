/** The way back to the list of rules. */
import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { text as t } from "@/text/alertRules";

export function BackToRules() {
  return (
    <Anchor component={Link} to="/alerts/rules" size="sm">
      ← {t.back}
    </Anchor>
  );
}
