/** Opens the promotion of a variant; it has an address of its own. */
import { Button, Modal } from "@mantine/core";
import { IconRocket } from "@tabler/icons-react";
import { type Experiment, isPromotable } from "./moves";
import { PromotionForm } from "./PromotionForm";
import { useUrlState } from "@/components/useUrlState";
import { text as p } from "@/text/promotion";

export function PromoteButton({ experiment }: { experiment: Experiment }) {
  const [variantId, setVariantId] = useUrlState("promote", "");
  if (!isPromotable(experiment.status)) return null;
  const challengers = experiment.variants.filter(({ isControl }) => !isControl);
  const close = () => setVariantId(null);
  return (
    <>
      <Button
        leftSection={<IconRocket size={14} aria-hidden />}
        onClick={() => setVariantId(challengers[0]?.id ?? null)}
      >
        {p.promotion.action}
      </Button>
      <Modal opened={variantId !== ""} onClose={close} title={p.promotion.title} size="xl">
        <PromotionForm
          key={experiment.version}
          experiment={experiment}
          variantId={variantId}
          onVariant={setVariantId}
          onDone={close}
        />
      </Modal>
    </>
  );
}
