/**
 * Tells BullMQ to try the job again after the delay that was decided. Its message is the error's code, which is
 * all that Redis gets to keep of a failure: no stack, no details.
 */
export class DecidedRetry extends Error {
  override readonly name = 'DecidedRetry';
  readonly delayMs: number;

  constructor(code: string, delayMs: number) {
    super(code);
    this.delayMs = delayMs;
    // BullMQ appends the stack of every failure to the job, for as many attempts as there are.
    Reflect.deleteProperty(this, 'stack');
  }
}

/** For an error that nobody decided about: BullMQ's own, when it could not move the job. */
const undecidedDelayMs = 1_000;

/** BullMQ's backoffStrategy. */
export function toBackoffMs(_attemptsMade?: number, _type?: string, error?: Error): number {
  return error instanceof DecidedRetry ? error.delayMs : undecidedDelayMs;
}
