import type { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { toTradeActions } from '../mini-program/trades/trade-actions.ts';
import { control } from './control-route.ts';

const text = z.string().min(1).max(512);
const order = { mchid: text, out_trade_no: text };

const received = z.strictObject(order);
const complaint = z.strictObject({ ...order, open: z.boolean() });
const management = z.strictObject({ appid: text, managed: z.boolean(), confirmed: z.boolean().optional() });

/** The calls of this file, as GET /simulator lists them. */
export const tradeDirectory = {
  'POST /simulator/trades/receive':
    '{ mchid, out_trade_no }: the buyer confirms the receipt of what was shipped',
  'POST /simulator/trades/complaint':
    '{ mchid, out_trade_no, open }: an open complaint holds the settlement back',
  'POST /simulator/trades/manage': '{ appid, managed, confirmed? }: an app comes under shipping management',
} as const;

/** What happens to orders under shipping management (发货信息管理). */
export function addTrades(router: Router, context: Context): void {
  const actions = toTradeActions(context);
  router.post(
    '/trades/receive',
    control(received, ({ mchid: mchId, out_trade_no: outTradeNo }) =>
      actions.confirmReceipt({ mchId, outTradeNo }),
    ),
  );
  router.post(
    '/trades/complaint',
    control(complaint, ({ mchid: mchId, out_trade_no: outTradeNo, open: isOpen }) =>
      actions.setComplaint({ mchId, outTradeNo, isOpen }),
    ),
  );
  router.post(
    '/trades/manage',
    control(management, ({ appid: appId, managed: isManaged, confirmed: isConfirmed }) =>
      actions.manageTrades({ appId, isManaged, isConfirmed }),
    ),
  );
}
