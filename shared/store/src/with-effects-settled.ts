import type { DeadLetter, DeadLetterSink } from '@huidiao/contracts';
import type { DeadLetterStore } from './dead-letter-store.ts';
import type { OrderStore } from './order-store.ts';

interface EffectOfOrder {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly effectId: string;
}

/**
 * Dead letters that are results: once one is stored, the effect of the order that its job was to carry out, if it
 * names one, is settled by it, so that the reconciler does not add the job for ever. Both steps may be repeated;
 * if the second fails, the job stays and both run again.
 */
export function withEffectsSettled(store: {
  readonly deadLetters: DeadLetterStore;
  readonly orders: Pick<OrderStore, 'settleEffect'>;
}): DeadLetterSink {
  return {
    async store(deadLetter) {
      await store.deadLetters.store(deadLetter);
      const named = toEffectOfOrder(deadLetter.payload);
      if (named === undefined) return;
      await store.orders.settleEffect(named.mchId, named.outTradeNo, named.effectId, toEntry(deadLetter));
    },
    resolve: (queue, jobId) => store.deadLetters.resolve(queue, jobId),
  };
}

function toEntry(deadLetter: DeadLetter) {
  return {
    event: `${deadLetter.jobName}.dead_letter`,
    errorCode: deadLetter.errorCode,
    attempts: deadLetter.attempts,
  };
}

function toEffectOfOrder(payload: unknown): EffectOfOrder | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { mchId, outTradeNo, effectId } = payload as Record<keyof EffectOfOrder, unknown>;
  const isNamed = [mchId, outTradeNo, effectId].every((part) => typeof part === 'string');
  return isNamed ? (payload as EffectOfOrder) : undefined;
}
