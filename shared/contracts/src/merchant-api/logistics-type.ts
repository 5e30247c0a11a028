import { z } from 'zod';

/** How the goods reach the buyer: WeChat's own numbers, 1 物流 express, 2 同城 same-city, 3 虚拟 virtual, 4 自提 pick-up. */
export const logisticsType = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type LogisticsType = z.infer<typeof logisticsType>;
