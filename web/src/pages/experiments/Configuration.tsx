/** What a variant makes the decision engine use, as JSON. */
import { JsonBlock } from "@/components/JsonBlock";
import { text as t } from "@/text/experiments";

export function Configuration({ label, value }: { label: string; value: object | undefined }) {
  return <JsonBlock label={label} value={value} empty={t.design.noConfiguration} />;
}
