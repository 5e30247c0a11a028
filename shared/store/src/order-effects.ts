import { toOrderId } from '@huidiao/contracts';
import type { OrderTable } from './change-order.ts';
import { type ClaimOptions, claimDueEffects, type DueEffect } from './claim-due-effects.ts';
import { noteEvent } from './note-event.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import { type PutOffFulfilment, putOffFulfilment } from './put-off-fulfilment.ts';
import { type RenewedEffect, renewEffect } from './renew-effect.ts';
import { settleEffect } from './settle-effect.ts';
import { type SweepOptions, sweepEffects } from './sweep-orders.ts';

/** What has to happen because of what was learned, from the update that says so to its result. */
export interface OrderEffects {
  /** See noteEvent. */
  noteEvent(
    mchId: string,
    outTradeNo: string,
    eventKey: string,
    entry: TimeLineEvent,
    effects?: readonly Effect[],
  ): Promise<boolean>;
  /** See settleEffect. */
  settleEffect(
    mchId: string,
    outTradeNo: string,
    effectId: string,
    entry: TimeLineEvent,
    effects?: readonly Effect[],
  ): Promise<boolean>;
  /** See renewEffect. */
  renewEffect(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    renewed: RenewedEffect,
    whereMissing?: Pick<Effect, 'job' | 'requestId' | 'lane'>,
  ): Promise<Effect | undefined>;
  /** See putOffFulfilment. */
  putOffFulfilment(order: Pick<Order, 'mchId' | 'outTradeNo'>, wanted: PutOffFulfilment): Promise<boolean>;
  /** See claimDueEffects. */
  claimDueEffects(options: ClaimOptions): Promise<DueEffect[]>;
  /** See sweepEffects. */
  sweepEffects(options: SweepOptions): Promise<number>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderEffects(table: OrderTable): OrderEffects {
  return {
    noteEvent: (mchId, outTradeNo, eventKey, entry, effects = []) =>
      noteEvent(table, toOrderId(mchId, outTradeNo), { eventKey, entry, effects }),
    settleEffect: (mchId, outTradeNo, effectId, entry, effects = []) =>
      settleEffect(table, toOrderId(mchId, outTradeNo), { effectId, entry, effects }),
    renewEffect: (order, renewed, whereMissing) => renewEffect(table, order, renewed, whereMissing),
    putOffFulfilment: (order, wanted) => putOffFulfilment(table, order, wanted),
    claimDueEffects: (options) => claimDueEffects(table, options),
    sweepEffects: (options) => sweepEffects(table, options),
  };
}
