import { AppError, type ErrorDetails } from '@huidiao/errors';

const retryAfterMs = 30_000;

/**
 * A merchant, app or pass_through entry that the ingress knows and this process does not: its merchants file is older.
 * During a deploy that is everyday, and a worker with the new file takes the job; so it waits instead of dying.
 *
 * @param missing what is missing, by its name
 */
export function notConfigured(missing: ErrorDetails): AppError {
  return new AppError('MERCHANT_NOT_CONFIGURED', { retryAfterMs, details: missing });
}

/** See notConfigured. */
export function merchantNotConfigured(mchId: string): AppError {
  return notConfigured({ mchId });
}
