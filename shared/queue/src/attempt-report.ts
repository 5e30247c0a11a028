import type { Lane, QueueName } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { JobOutcome } from './job-handler.ts';
import { type JobRun, toSubject } from './job-run.ts';

interface ReportOptions {
  readonly queue: QueueName;
  readonly lane: Lane;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** How an attempt ended: the handler's outcome, or what became of its failure. */
type Ending = JobOutcome | { readonly outcome: string; readonly retryDelayMs?: number };

/**
 * One wide line and two metrics per attempt. `start` when it begins, what it gives when it has ended. The line of an
 * attempt that buried its job is an alarm: from here on nothing moves until a person decides.
 */
export function createAttemptReport({ queue, lane, logger, metrics }: ReportOptions) {
  const attempts = metrics.counter({
    name: 'huidiao_job_attempts_total',
    help: 'Attempts of jobs, by what became of them.',
    labelNames: ['queue', 'lane', 'job', 'outcome', 'error_code'],
  });
  const duration = metrics.histogram({
    name: 'huidiao_job_attempt_duration_seconds',
    help: 'Time from the start of an attempt until its job was settled.',
    labelNames: ['queue', 'lane', 'job'],
  });

  return {
    start(job: string, run: JobRun) {
      const stop = duration.startTimer({ queue, lane, job });
      return (ending: Ending, error?: AppError): void => {
        const durationMs = Math.round(stop() * 1_000);
        attempts.inc({ queue, lane, job, outcome: ending.outcome, error_code: error?.code ?? '' });
        const fields = {
          ...toSubject(run.envelope),
          ...toFields(ending),
          event: 'job.attempted',
          queue,
          job,
          jobId: run.jobId,
          attempt: run.attempt,
          postponements: run.postponements,
          durationMs,
          ...toErrorFields(error),
          ...toAlarm(ending.outcome),
        };
        logger[toLevel(ending.outcome, error)](fields, 'job.attempted');
      };
    },
  };
}

function toFields({ outcome, ...ending }: Ending): Record<string, unknown> {
  if ('toThrow' in ending) return { outcome, retryDelayMs: ending.retryDelayMs };
  return { ...ending, outcome };
}

function toErrorFields(error: AppError | undefined): Record<string, unknown> {
  if (error === undefined) return {};
  const fields = { errorCode: error.code, errorKind: error.kind, reason: error.message };
  // Nobody classified it, so that its stack is all there is to go by.
  return error.code === 'INTERNAL_ERROR' ? { ...fields, err: error.cause ?? error } : fields;
}

/** Not of a job whose dead letter could not be stored: it comes again until it has one. */
function toAlarm(outcome: string): { alarm?: string } {
  return outcome === 'dead_letter' ? { alarm: 'dead-letter' } : {};
}

function toLevel(outcome: string, error: AppError | undefined): 'info' | 'warn' | 'error' {
  if (error === undefined) return 'info';
  return outcome.startsWith('dead_letter') || outcome === 'not_settled' ? 'error' : 'warn';
}
