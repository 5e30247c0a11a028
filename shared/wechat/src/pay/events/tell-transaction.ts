import { toPaymentCallbackKey } from '@huidiao/contracts';
import type { ToldFact } from '../../genuine-callback.ts';
import { describeProblem } from '../describe-problem.ts';
import { toDirectWords } from '../direct-words.ts';
import { toCallbackKey } from '../to-callback-key.ts';
import {
  isPaidState,
  type TransactionResource,
  toPaymentSucceeded,
  transactionResource,
} from '../transaction-resource.ts';
import { type OpenedNotification, type Resource, tellRefused } from './event-rule.ts';

/**
 * A transaction: of a direct merchant, of one below a service provider, of a cross-border merchant (which calls its
 * number `id`), or a debit. Anything but a paid one that our schema takes is callback.unhandled.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012075420, https://pay.weixin.qq.com/doc/v3/partner/4012085801
 */
export function tellTransaction(notification: OpenedNotification, resource: Resource): ToldFact {
  return tellPayment(notification, toDirectWords(resource));
}

/** The same for what is already in a direct merchant's words, and more that the payment is to say. */
export function tellPayment(
  notification: OpenedNotification,
  transaction: Resource,
  more: { readonly combineOutTradeNo?: string } = {},
): ToldFact {
  const parsed = transactionResource.safeParse(transaction);
  if (!parsed.success) return tellRefused(notification, describeProblem(parsed.error));
  if (!isPaidState(parsed.data.trade_state)) return tellUnpaid(notification, parsed.data);
  const event = { ...toPaymentSucceeded(parsed.data), ...more };
  return { callbackKey: toPaymentCallbackKey(event), event };
}

/** Under a key of its state, for the same transaction is told again when it is paid. */
function tellUnpaid(notification: OpenedNotification, transaction: TransactionResource): ToldFact {
  const { mchid, transaction_id, trade_state } = transaction;
  const problem = `trade_state is ${trade_state}, neither SUCCESS nor REFUND`;
  const { event } = tellRefused(notification, problem);
  return { callbackKey: toCallbackKey('payment', mchid, [transaction_id, trade_state]), event };
}
