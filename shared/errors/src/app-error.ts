import { type ErrorCode, errorCatalogue } from './error-catalogue.ts';

/**
 * What a failure means for whoever tries again.
 *
 * - `permanent`: the same input fails the same way for ever.
 * - `transient`: it was tried and failed; another attempt may succeed, and attempts are counted.
 * - `throttled`: it was not tried, or only turned away at the door (infrastructure away, breaker open,
 *   rate limit). Coming back later uses up no attempt.
 */
export type ErrorKind = 'permanent' | 'transient' | 'throttled';

/** Facts about a failure that may be logged and stored: never a body, a key, a token or a whole openid. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface AppErrorOptions {
  /** For people; decisions are made by `code` and `kind` alone. Default: the catalogue's meaning. */
  message?: string;
  /** Default: the catalogue's kind for this code. */
  kind?: ErrorKind;
  /** The least time to wait that the remote itself asked for, in milliseconds. */
  retryAfterMs?: number;
  details?: ErrorDetails;
  cause?: unknown;
}

/** The one error that job handlers throw and that clients of remote systems turn every failure into. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? errorCatalogue[code].meaning, { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? errorCatalogue[code].kind;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }
}

/** An AppError as it is; anything else becomes `INTERNAL_ERROR`, with the original as its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('INTERNAL_ERROR', { message, cause: error });
}
