import type { OrderAnswer } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { type Order, type SettleAnswerDeps, type SettledAnswer, settleAnswer } from '@huidiao/store';

/** Whom the time line names where an order ends because a merchant asked for it. */
const byMerchant = 'merchant';

/**
 * Does what an answer of WeChat Pay asks for. A payment that was found goes through Redis as its callback would have;
 * where that is away, the order is left to the reconciler, which asks again as soon as it can.
 *
 * @param order as it was read before WeChat Pay was asked
 * @throws AppError STORE_UNAVAILABLE
 */
export async function settleOrLeave(
  deps: SettleAnswerDeps,
  order: Order,
  answer: OrderAnswer,
): Promise<SettledAnswer | 'later'> {
  try {
    return await settleAnswer(deps, order, answer, byMerchant);
  } catch (error) {
    if (!toAppError(error).code.startsWith('QUEUE_')) throw error;
    await deps.store.orders.recordQuery(order, { nextQueryAt: deps.clock.now() });
    return 'later';
  }
}
