import { type JobData, jobCatalogue } from '@huidiao/contracts';
import type { StoredDeadLetter } from './dead-letter.ts';

/** What the job of a dead letter was about, as far as money goes. */
export interface DeadJobFacts {
  readonly payment?: JobData<'apply-payment'>['payment'];
  /** A refund that WeChat Pay told of. */
  readonly refund?: JobData<'apply-refund'>['refund'];
  /** A refund that was asked for here. */
  readonly refundRequest?: DeadRefundRequest;
}

/** Which refund it is, of which payment. */
export interface DeadRefundRequest {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly outRefundNo: string;
  readonly refundFen: number;
}

/** Nothing of a payload that fits none of these jobs (any more). Pure. */
export function toDeadJobFacts({
  jobName,
  payload,
  details,
}: Pick<StoredDeadLetter, 'jobName' | 'payload' | 'details'>): DeadJobFacts {
  if (jobName === 'apply-payment') {
    const job = jobCatalogue[jobName].schema.safeParse(payload);
    return job.success ? { payment: job.data.payment } : {};
  }
  if (jobName === 'apply-refund') {
    const job = jobCatalogue[jobName].schema.safeParse(payload);
    return job.success ? { refund: job.data.refund } : {};
  }
  if (jobName !== 'make-refund') return {};
  const job = jobCatalogue[jobName].schema.safeParse(payload);
  const { outRefundNo, refundFen } = details;
  // The job names its effect alone; what the refusal was about names the refund.
  if (!job.success || typeof outRefundNo !== 'string' || typeof refundFen !== 'number') return {};
  const { mchId, outTradeNo } = job.data;
  return { refundRequest: { mchId, outTradeNo, outRefundNo, refundFen } };
}
