import type { JobData, MerchantDirectory } from '@huidiao/contracts';
import type { JobOutcome } from '@huidiao/queue';
import { findReceiver } from '../forwarding/find-receiver.ts';
import type { PassThroughClient } from '../forwarding/pass-through-client.ts';
import { notConfigured } from './merchant-not-configured.ts';

export interface PassThroughDeps {
  readonly passThrough: PassThroughClient;
  readonly directory: MerchantDirectory;
}

/**
 * Passes a callback through (透传) to the address of a name, which may be another one by now than when it came.
 *
 * @throws AppError PASS_THROUGH_*, MERCHANT_NOT_CONFIGURED (waits) also for a name that this process does not know
 */
export function createPassThrough({ passThrough, directory }: PassThroughDeps) {
  return async (job: JobData<'pass-through'>): Promise<JobOutcome> => {
    const receiver = findReceiver(directory, job.receiver);
    const target = receiver.passThrough.find(({ name }) => name === job.target);
    if (target === undefined) throw notConfigured({ ...job.receiver, target: job.target });
    const ownerId = 'mchId' in receiver ? receiver.mchId : receiver.appId;
    const { httpStatus } = await passThrough.pass(ownerId, target, job);
    return { outcome: 'passed', target: job.target, eventType: job.eventType, httpStatus };
  };
}
