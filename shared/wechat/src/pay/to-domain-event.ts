import type { DomainEvent } from '@huidiao/contracts';
import { z } from 'zod';
import { describeProblem } from './describe-problem.ts';
import {
  isPaidState,
  type TransactionResource,
  toPaymentSucceeded,
  transactionResource,
} from './transaction-resource.ts';

export interface ToldEvent {
  readonly event: DomainEvent;
  /** Present where the resource is a direct merchant's transaction, whatever its state. */
  readonly transaction?: TransactionResource;
}

/**
 * What a genuine notification says, from its type, its original_type and the fields that its resource has: the
 * same event type comes with several schemas. Throws on no input.
 */
export function toDomainEvent(
  notification: { readonly eventType: string; readonly originalType: string | null | undefined },
  resource: unknown,
): ToldEvent {
  if (notification.eventType !== 'TRANSACTION.SUCCESS') {
    return unhandled('unknown_type', `nothing handles the event type ${notification.eventType}`);
  }
  const family = transactionFamily(resource);
  if (family !== 'direct') return unhandled('unknown_type', `nothing handles a ${family} under this type`);
  if ((notification.originalType || 'transaction') !== 'transaction') {
    return unhandled('unknown_type', 'resource.original_type is not transaction');
  }
  const parsed = transactionResource.safeParse(resource);
  if (!parsed.success) return unhandled('schema_refused', describeProblem(parsed.error));
  const transaction = parsed.data;
  if (!isPaidState(transaction.trade_state)) {
    const { event } = unhandled(
      'schema_refused',
      `trade_state is ${transaction.trade_state}, neither SUCCESS nor REFUND`,
    );
    return { event, transaction };
  }
  return { event: toPaymentSucceeded(transaction), transaction };
}

/**
 * Combined payments, payments of a service provider's merchants and profit sharing made through API v2 all come
 * as TRANSACTION.SUCCESS. https://pay.weixin.qq.com/doc/v2/partner/4011985282
 */
function transactionFamily(
  resource: unknown,
): 'combined payment' | 'profit sharing' | "service provider's payment" | 'direct' {
  const fields = z.record(z.string(), z.unknown()).safeParse(resource).data ?? {};
  const has = (...names: string[]) => names.some((name) => (fields[name] ?? null) !== null);
  if (has('combine_out_trade_no', 'combine_mchid', 'sub_orders')) return 'combined payment';
  if (has('receiver')) return 'profit sharing';
  if (has('sp_mchid', 'sub_mchid')) return "service provider's payment";
  return 'direct';
}

function unhandled(reason: 'unknown_type' | 'schema_refused', problem: string): ToldEvent {
  return { event: { type: 'callback.unhandled', reason, problem } };
}
