import { type Clock, logisticsTypes, type MerchantApi, type MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { currentShipments, type Order, type Store } from '@huidiao/store';
import type { ShippingClient } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { toCallProblem } from './to-call-problem.ts';

export interface RemindReceiptDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'recordReminded'>;
  readonly shipping: Pick<ShippingClient, 'remindReceipt'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly clock: Clock;
}

/** Of the shop's clock and ours. */
const clockDifferenceMs = 5 * 60_000;

/** `POST /v1/orders/{out_trade_no}/receipt-reminder`: once for each order; again gives the same answer. */
export function serveRemindReceipt(deps: RemindReceiptDeps): EndpointHandler<MerchantApi['remindReceipt']> {
  return async ({ params, body, caller, facts }) => {
    facts.outTradeNo = params.out_trade_no;
    const order = await deps.orders.find(caller.merchant.mchId, params.out_trade_no);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    const known = order.shipping?.receiptRemindedAt;
    if (known !== undefined) return toReply(known);
    const receivedAt = new Date(body.received_at);
    const problem = findProblem(order, receivedAt, deps.clock.now());
    if (problem !== undefined) return { problem };

    const app = deps.directory.apps.get(order.appId);
    if (app === undefined) throw new AppError('MERCHANT_NOT_CONFIGURED', { details: { appId: order.appId } });
    const reminder = { transactionId: order.transactionId ?? '', receivedAt };
    const result = await deps.shipping.remindReceipt(app, reminder);
    if (result.kind !== 'done') {
      Object.assign(facts, { outcome: result.kind, ...toRemoteFacts(result.error) });
      return { problem: toCallProblem(result.error) };
    }
    facts.outcome = 'reminded';
    const remindedAt = deps.clock.now();
    const reminded = await deps.orders.recordReminded(order, remindedAt);
    return toReply(reminded?.shipping?.receiptRemindedAt ?? remindedAt);
  };
}

function toReply(remindedAt: Date) {
  return { status: 200 as const, body: { reminded_at: remindedAt.toISOString() } };
}

function findProblem(order: Order, receivedAt: Date, now: Date): Problem | undefined {
  const current = currentShipments(order);
  const isUploaded = current.every(
    ({ state, logisticsType }) => state === 'uploaded' && logisticsType === logisticsTypes.express,
  );
  if (!isUploaded || !current.some(({ isAllDelivered }) => isAllDelivered)) {
    return { status: 409, code: 'RECEIPT_REMINDER_NOT_POSSIBLE' };
  }
  const shippedMs = Math.max(...current.map(({ uploadTime }) => uploadTime?.getTime() ?? 0));
  const receivedMs = receivedAt.getTime();
  const message =
    receivedMs <= shippedMs
      ? 'must lie after the shipment was uploaded'
      : receivedMs > now.getTime() + clockDifferenceMs
        ? 'must not lie ahead'
        : undefined;
  if (message === undefined) return undefined;
  return { status: 400, code: 'REQUEST_INVALID', errors: [{ field: 'received_at', message }] };
}
