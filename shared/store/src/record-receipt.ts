import { toEffectId, toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';

type Named = Pick<Order, 'mchId' | 'outTradeNo'>;

/** A parcel of an order was signed for. */
export interface SignedParcel {
  readonly signedAt: Date;
  readonly trackingNo: string;
  /** Key of the callback that tells of it. */
  readonly eventKey: string;
  /** With it the effect by which the buyer is reminded of the receipt is written, unless that was done. */
  readonly reminder?: Omit<Effect, 'id' | 'job'> | undefined;
}

/** The effect by which WeChat reminds a buyer of the receipt. */
export function toReminderEffectId({ mchId, outTradeNo }: Named): string {
  return toEffectId('remind-receipt', mchId, outTradeNo);
}

/**
 * Keeps that a parcel was signed for, once per key; the latest time stays.
 * @returns the order then, and the effect that was written; undefined when it was known, or there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function recordSigned(
  table: OrderTable,
  named: Named,
  parcel: SignedParcel,
): Promise<{ readonly order: Order; readonly effect: Effect | undefined } | undefined> {
  const { signedAt, trackingNo, eventKey, reminder } = parcel;
  const id = toReminderEffectId(named);
  const changed = await changeAsRead(
    table,
    'orders.record-signed',
    toOrderId(named.mchId, named.outTradeNo),
    ({ appliedEvents, effects, shipping }) => {
      if (appliedEvents.includes(eventKey)) return undefined;
      const isDue = reminder !== undefined && shipping?.receiptRemindedAt === undefined;
      const more: Effect[] = isDue ? [{ ...reminder, id, job: 'remind-receipt' }] : [];
      return {
        ...(more.length > 0 && { set: { effects: mergeEffects(effects, more) } }),
        max: { 'shipping.signedAt': signedAt },
        events: [{ event: 'parcel.signed', trackingNo }],
        eventKey,
      };
    },
  );
  if (changed?.after === undefined) return undefined;
  return { order: changed.after, effect: changed.after.effects.find((effect) => effect.id === id) };
}

/**
 * Keeps that WeChat was asked to remind the buyer, or, without a time, that it will not be; either way the effect that
 * asked for it leaves.
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function recordReminded(
  table: OrderTable,
  named: Named,
  remindedAt: Date | undefined,
): Promise<Order | undefined> {
  const id = toReminderEffectId(named);
  const changed = await changeAsRead(
    table,
    'orders.record-reminded',
    toOrderId(named.mchId, named.outTradeNo),
    ({ effects, shipping }) => {
      const left = effects.filter((effect) => effect.id !== id);
      const isNew = remindedAt !== undefined && shipping?.receiptRemindedAt === undefined;
      if (!isNew && left.length === effects.length) return undefined;
      const told = isNew ? { 'shipping.receiptRemindedAt': remindedAt } : {};
      return {
        set: { ...(left.length < effects.length && { effects: left }), ...told },
        events: isNew ? [{ event: 'receipt.reminded' }] : [],
      };
    },
  );
  return changed?.after ?? changed?.before;
}
