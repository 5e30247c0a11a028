import { z } from 'zod';
import { appId } from '../ids.ts';

const order = {
  appId,
  occurredAt: z.string().datetime(),
  /** merchant_id, which for a service provider's merchants is the service provider's. */
  mchId: z.string().max(32).optional(),
  subMchId: z.string().max(32).optional(),
  /** merchant_trade_no. */
  outTradeNo: z.string().max(32).optional(),
  transactionId: z.string().max(32),
  /** ISO 8601. */
  payTime: z.string().datetime().optional(),
};

/** https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html */
export const tradeEvents = {
  /** trade_manage_remind_shipping: not shipped 48 hours after the payment. */
  'trade.shipping_reminded': z.object({
    type: z.literal('trade.shipping_reminded'),
    ...order,
    message: z.string().max(1_000).optional(),
  }),
  /** trade_manage_order_settlement, first phase: everything is shipped. */
  'trade.shipped': z.object({
    type: z.literal('trade.shipped'),
    ...order,
    shippedAt: z.string().datetime().optional(),
    estimatedSettlementAt: z.string().datetime().optional(),
  }),
  /** trade_manage_order_settlement, second phase: received and settled. */
  'trade.settled': z.object({
    type: z.literal('trade.settled'),
    ...order,
    shippedAt: z.string().datetime().optional(),
    /** As WeChat wrote it; 1 should be the buyer and 2 by itself, but the two were seen swapped. */
    confirmReceiveMethod: z.string().max(8).optional(),
    confirmReceivedAt: z.string().datetime().optional(),
    settledAt: z.string().datetime(),
  }),
  /** trade_manage_remind_access_api and wxa_trade_controlled: the app must upload what it ships. */
  'trade.access_reminded': z.object({
    type: z.literal('trade.access_reminded'),
    appId,
    occurredAt: z.string().datetime(),
    message: z.string().max(1_000).optional(),
  }),
} as const;
