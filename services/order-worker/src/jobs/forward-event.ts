import type { ForwardedEventWebhook, JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import { findReceiver } from '../forwarding/find-receiver.ts';
import type { ShopClient } from '../shop/shop-client.ts';

export interface ForwardEventDeps {
  readonly shop: ShopClient;
  readonly directory: MerchantDirectory;
}

/**
 * Tells a shop by signed webhook what WeChat said. The webhook-id is that of the callback, so that a shop which is told
 * again can see that it knows it already.
 *
 * @throws AppError SHOP_*, MERCHANT_NOT_CONFIGURED (waits), JOB_INVALID for content that is no JSON
 */
export function createForwardEvent({ shop, directory }: ForwardEventDeps) {
  return async (job: JobData<'forward-event'>): Promise<JobOutcome> => {
    const receiver = findReceiver(directory, job.receiver);
    const { httpStatus } = await shop.tell(receiver, `${job.type}_${job.callbackKey}`, toWebhook(job));
    return { outcome: 'forwarded', type: job.type, eventType: job.eventType, httpStatus };
  };
}

function toWebhook({ type, receivedAt, receiver, eventType, content }: JobData<'forward-event'>) {
  const owner = 'mchId' in receiver ? { mchid: receiver.mchId } : { appid: receiver.appId };
  const data = { ...owner, event_type: eventType, content: parseContent(content) };
  return { type, timestamp: receivedAt, data } satisfies ForwardedEventWebhook;
}

/** Ids beyond 2^53 are text in it already. */
function parseContent(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // The parser's own message would quote the content.
    throw new AppError('JOB_INVALID', { message: 'the content of a callback to be forwarded is no JSON' });
  }
}
