/** A small file of sales for those who have none at hand: three months that end yesterday, in the style of a shop's export. */

const PRODUCTS = [
  ["mug", "Stoneware mug", "Kitchen", 14.9],
  ["tote", "Canvas tote bag", "Bags", 24],
  ["lamp", "Desk lamp", "Home", 59.5],
  ["cards", "Card set", "Stationery", 9.5],
] as const;
const COUNTRIES = ["Germany", "France", "Spain", "Italy"];
const DAYS = 90;
const DAY = 86_400_000;

export function exampleFile(now: Date): File {
  const lines = ["Order No,Ordered At,SKU,Item,Category,Qty,Price,Currency,Country"];
  for (let day = DAYS; day > 0; day -= 1) {
    const date = new Date(now.getTime() - day * DAY).toISOString().slice(0, 10);
    const orders = 3 + ((day * 7) % 5) + (day % 7 < 2 ? 3 : 0);
    for (let order = 0; order < orders; order += 1) {
      const [sku, name, category, price] = PRODUCTS[(day + order * 3) % PRODUCTS.length] ?? PRODUCTS[0];
      const hour = String(8 + ((day + order * 5) % 12)).padStart(2, "0");
      const country = COUNTRIES[(day * 3 + order) % COUNTRIES.length] ?? "";
      lines.push(
        [
          `EX-${date}-${order + 1}`,
          `${date} ${hour}:15:00`,
          sku,
          name,
          category,
          1 + ((day + order) % 3),
          price.toFixed(2),
          "EUR",
          country,
        ].join(","),
      );
    }
  }
  return new File([`${lines.join("\n")}\n`], "example-sales.csv", { type: "text/csv" });
}
