import type { Clock } from '@huidiao/contracts';
import { isReplay, type JobData, type MerchantDirectory } from '@huidiao/contracts';
import type { JobAttempt } from '@huidiao/queue';
import type { Order, Store } from '@huidiao/store';
import type { Asker, ToFollowing } from './asker.ts';
import { settleEffect, settleMessage } from './settle-message.ts';
import { toNewMessage, toOrderDraft } from './to-order-draft.ts';
import { toReportEffects } from './to-report-effects.ts';

export interface OrderAskerDeps {
  readonly store: Pick<Store, 'orders' | 'messages'>;
  readonly directory: MerchantDirectory;
  readonly clock: Clock;
}

/** One run of the job that an effect of an order asks for. */
export interface OrderErrand {
  readonly order: Order;
  readonly job: JobData<'send-subscribe-message'>;
  readonly attempt: Pick<JobAttempt, 'jobId' | 'lane'>;
}

/** The order that wants its buyer told: it has an effect for as long as it does not know how that ended. */
export function createOrderAsker(deps: OrderAskerDeps, { order, job, attempt }: OrderErrand): Asker {
  const { orders, messages } = deps.store;
  const { effectId: key, mchId, outTradeNo, requestId } = job;
  const toFollowing: ToFollowing = ({ state }) =>
    state === 'sent' || state === 'delivered' ? [] : toReportEffects(deps, { ...job, lane: attempt.lane });
  return {
    key,
    draft: () => toOrderDraft(deps.directory, order, key),
    open: (draft) => messages.open(toNewMessage(key, order, draft)),
    settle: (settlement) => settleMessage(deps.store, job, settlement, toFollowing),
    hear: async (_row, ended) =>
      (await settleEffect(deps.store, job, ended, toFollowing(ended))) ? ended : undefined,
    mark: (facts, sendingId) => messages.wait(key, facts, { sendingId }),
    async putOff(row) {
      const renewed = { id: key, dueAt: row.usefulUntil, round: row.rounds };
      const rest = { job: 'send-subscribe-message', requestId, lane: attempt.lane } as const;
      await orders.renewEffect({ mchId, outTradeNo }, renewed, isReplay(attempt.jobId) ? rest : undefined);
    },
    // The shop hears of it with the dead letter that comes of it.
    async refuse(facts, sendingId) {
      await messages.requeue(key, facts, sendingId);
      return undefined;
    },
  };
}
