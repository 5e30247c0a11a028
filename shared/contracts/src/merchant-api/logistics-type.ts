import { z } from 'zod';

export const logisticsType = z.literal([1, 2, 3, 4]).meta({
  id: 'LogisticsType',
  description:
    "How the goods reach the buyer (物流模式), in WeChat's own numbers: 1 express (物流), 2 within the city (同城), 3 virtual goods (虚拟), 4 picked up (自提).",
  examples: [1],
});
export type LogisticsType = z.infer<typeof logisticsType>;
