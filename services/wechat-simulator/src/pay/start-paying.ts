import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';

/** Long enough to type a password. */
const usualMs = 30_000;

/**
 * The buyer is about to pay: for that long (simulated milliseconds, 30,000 by default), or until the payment, whoever
 * closes the order gets 429 FREQUENCY_LIMITED, while a query says NOTPAY still. Throws ControlRefusal.
 */
export function startPaying(
  context: Context,
  wanted: { readonly mchId: string; readonly outTradeNo: string; readonly forMs?: number | undefined },
): void {
  const { mchId, outTradeNo, forMs = usualMs } = wanted;
  const payable = context.orders.find(mchId, outTradeNo) ?? context.orders.findCombined(mchId, outTradeNo);
  if (payable?.state !== 'NOTPAY') {
    throw new ControlRefusal(409, 'ORDER_NOT_PAYABLE', 'there is no order of this number that can be paid');
  }
  payable.payingUntilMs = context.clock.now() + forMs;
}
