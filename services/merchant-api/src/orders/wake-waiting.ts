import type { NewJob, Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { NewOrder, Store, WaitedFor } from '@huidiao/store';

export interface WakeWaitingDeps {
  readonly waitingJobs: Pick<Store['waitingJobs'], 'findWaiting'>;
  readonly producer: Pick<Producer, 'addNow'>;
  readonly logger: Logger;
}

/** Of one number: its payments and their refunds. */
const mostWaiting = 100;

/**
 * Lets callbacks that came before their order be worked on now that it is registered. A hint, which nothing waits for or
 * fails with: each looks for its order again by itself, and WeChat Pay is asked about the order a minute after this.
 * A repeated registration does it again, for whoever made the first one may have died before this. Never rejects.
 */
export async function wakeWaiting(
  { waitingJobs, producer, logger }: WakeWaitingDeps,
  orders: readonly Pick<NewOrder, 'mchId' | 'subMchId' | 'outTradeNo'>[],
): Promise<void> {
  try {
    const waiting = await waitingJobs.findWaiting(orders.flatMap(toWaitedFor), { limit: mostWaiting });
    await Promise.all(
      // What is in it is for the producer to check.
      waiting.map(({ id, name, data, lane }) => producer.addNow({ name, id, data, lane } as NewJob)),
    );
  } catch (error) {
    logger.debug({ event: 'order.not_woken', err: error }, 'order.not_woken');
  }
}

/** The refund of a part of a combined order (合单) may name the merchant to whom the part went. */
function toWaitedFor(order: Pick<NewOrder, 'mchId' | 'subMchId' | 'outTradeNo'>): WaitedFor[] {
  const { mchId, subMchId, outTradeNo } = order;
  return [mchId, ...(subMchId === undefined ? [] : [subMchId])].map((owner) => ({
    mchId: owner,
    outTradeNo,
  }));
}
