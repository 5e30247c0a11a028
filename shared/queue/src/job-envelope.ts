/**
 * What a job carries in Redis: the payload as its producer gave it, and what the worker has to remember between
 * attempts. `meta` is absent until an attempt fails, so that a job which succeeds at once costs no extra write.
 */
export interface JobEnvelope {
  readonly payload: unknown;
  readonly meta?: JobMeta;
}

export interface JobMeta {
  /** Milliseconds since the epoch; the policy's giveUpAfterMs counts from here. */
  readonly firstAttemptAt: number;
  /** Times that the job was put off without using an attempt. */
  readonly postponements: number;
  /** The error of the last failed attempt, and since when each attempt has failed with it. */
  readonly failing?: { readonly code: string; readonly since: number };
}

/** A job's data as an envelope; `undefined` when something else than our producer wrote it. */
export function parseJobEnvelope(data: unknown): JobEnvelope | undefined {
  if (!isRecord(data) || !('payload' in data)) return undefined;
  const { payload, meta } = data;
  if (meta === undefined) return { payload };
  return isJobMeta(meta) ? { payload, meta } : undefined;
}

function isJobMeta(meta: unknown): meta is JobMeta {
  if (!isRecord(meta) || !isCount(meta.firstAttemptAt) || !isCount(meta.postponements)) return false;
  const { failing } = meta;
  return (
    failing === undefined || (isRecord(failing) && typeof failing.code === 'string' && isCount(failing.since))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
