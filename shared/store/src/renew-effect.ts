import { toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import type { Effect } from './order.ts';

/** An effect's time and round from now on: see Effect.round. */
export interface RenewedEffect extends Pick<Effect, 'id' | 'dueAt'> {
  readonly round: number;
}

/**
 * Gives an effect of an order another time and a later round; nothing when the order has it in this round or a later
 * one, so that of two who renew it the later round stays, whichever comes first.
 *
 * @param whereMissing the rest of the effect, for an order that does not have it: a dead letter has settled it, and a
 *   person has added its job again. Without it an effect whose result is recorded does not come back.
 * @returns the effect as it was written, if it was
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function renewEffect(
  table: OrderTable,
  order: { readonly mchId: string; readonly outTradeNo: string },
  renewed: RenewedEffect,
  whereMissing?: Pick<Effect, 'job' | 'requestId' | 'lane'>,
): Promise<Effect | undefined> {
  const _id = toOrderId(order.mchId, order.outTradeNo);
  const changed = await changeAsRead(table, 'orders.renew-effect', _id, ({ effects }) => {
    const present = effects.find(({ id }) => id === renewed.id);
    if (present === undefined) {
      return whereMissing && { pushEffects: [{ ...whereMissing, ...renewed }] };
    }
    if ((present.round ?? 0) >= renewed.round) return undefined;
    const { dueSince: _ofTheRoundBefore, ...rest } = present;
    const moved = effects.map((effect) => (effect === present ? { ...rest, ...renewed } : effect));
    return { set: { effects: moved } };
  });
  return changed?.after?.effects.find(({ id }) => id === renewed.id);
}
