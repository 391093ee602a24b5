/** The presets of `docs/presets.md`: exports that the platform knows how to read. */
import type { RecordType } from "@/api/records.gen";

const SALES: readonly RecordType[] = ["transactions", "orders"];

export const PRESET_CHOICES: readonly { value: string; label: string; types: readonly RecordType[] }[] = [
  { value: "shopify_orders_csv", label: "Shopify: orders (CSV)", types: SALES },
  { value: "shopify_orders_json", label: "Shopify: orders (JSON)", types: SALES },
  { value: "woocommerce_orders_csv", label: "WooCommerce: orders (CSV)", types: SALES },
  { value: "woocommerce_orders_json", label: "WooCommerce: orders (JSON)", types: SALES },
  { value: "stripe_charges_csv", label: "Stripe: payments (CSV)", types: ["transactions"] },
  { value: "amazon_date_range_csv", label: "Amazon: date range report (CSV)", types: ["transactions"] },
  { value: "square_items_csv", label: "Square: items detail (CSV)", types: ["transactions"] },
  { value: "magento_orders_csv", label: "Magento: orders (CSV)", types: SALES },
  { value: "snowplow_ecommerce_events", label: "Snowplow: e-commerce events", types: ["events"] },
];

/** The name of a preset as people know it. */
export function nameOfPreset(preset: string): string {
  return PRESET_CHOICES.find(({ value }) => value === preset)?.label ?? preset;
}
