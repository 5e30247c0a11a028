import { AppError } from '@huidiao/errors';

const retryAfterMs = 30_000;

/**
 * A merchant that the ingress knows and this process does not: its merchants file is older. During a deploy that
 * is everyday, and a worker with the new file takes the job; so it waits instead of dying.
 */
export function merchantNotConfigured(mchId: string): AppError {
  return new AppError('MERCHANT_NOT_CONFIGURED', { retryAfterMs, details: { mchId } });
}
