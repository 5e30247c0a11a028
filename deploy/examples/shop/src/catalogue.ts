/** Something to buy. */
export interface Goods {
  readonly id: string;
  readonly name: string;
  /** In fen (分). */
  readonly price: number;
  /** How it reaches the buyer, in WeChat's numbers: 1 express, 2 same-city, 3 virtual, 4 pick-up. */
  readonly logistics_type: 1 | 2 | 3 | 4;
}

/** What the shop sells. Prices are looked up here and never taken from a client. */
export const catalogue: readonly Goods[] = [
  { id: 'longjing', name: '龙井茶 100g', price: 8_800, logistics_type: 4 },
  { id: 'pour-over', name: '手冲咖啡 250g', price: 6_600, logistics_type: 4 },
  { id: 'course', name: '冲泡课程（线上）', price: 1_990, logistics_type: 3 },
];
