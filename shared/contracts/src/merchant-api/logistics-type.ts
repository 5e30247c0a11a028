import { z } from 'zod';

/** 物流模式. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo */
export const logisticsTypes = { express: 1, sameCity: 2, virtual: 3, pickUp: 4 } as const;

/** Any of them, as a body names it. */
export const logisticsType = z.literal(Object.values(logisticsTypes)).meta({
  id: 'LogisticsType',
  description:
    "How the goods reach the buyer (物流模式), in WeChat's own numbers: 1 express (物流), 2 within the city (同城), 3 virtual goods (虚拟), 4 picked up (自提).",
  examples: [1],
});
export type LogisticsType = z.infer<typeof logisticsType>;
