/** The explanation of one decision. */
import { useParams } from "react-router";
import { Page } from "@/components/Page";
import { text as t } from "@/text/fraud";
import { Explanation } from "./Explanation";

export function Component() {
  const { decisionId = "" } = useParams();
  return (
    <Page title={t.explanation.title(decisionId)} description={t.explanation.description}>
      <Explanation decisionId={decisionId} />
    </Page>
  );
}
