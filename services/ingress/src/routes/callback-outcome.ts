import type { ServerResponse } from 'node:http';
import type { AppError } from '@huidiao/errors';
import type { NotAuthenticReason } from '@huidiao/wechat';
import type { BodyOutcome } from '../body/read-body.ts';
import type { DurabilityOutcome } from '../durable/durable-stores.ts';

/** What became of one WeChat Pay API v3 notification. */
export type CallbackOutcome =
  /** Durable in one of the two stores, or safely in neither within the deadline. */
  | DurabilityOutcome
  | { readonly kind: 'not-authentic'; readonly reason: NotAuthenticReason }
  /** Authentic, but our APIv3 key does not open it: our configuration is wrong. */
  | { readonly kind: 'not-openable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: AppError }
  | Exclude<BodyOutcome, { kind: 'read' }>;

interface Answer {
  readonly status: number;
  /** `message` of WeChat Pay's failure body; none on success. */
  readonly message?: string;
}

/**
 * The answer to an outcome. WeChat Pay looks at the status alone: 200 and 204 end its re-sends for ever,
 * 4xx and 5xx bring the notification back on its schedule
 * (https://pay.weixin.qq.com/doc/v3/merchant/4012075420). So 2xx is said only of what is durable, and a 401
 * never says what was wrong: an attacker learns nothing, the log and the metric hold the reason.
 */
export function toAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'durable':
      return { status: 204 };
    case 'not-authentic':
      return { status: 401, message: 'The notification is not authentic.' };
    case 'too-large':
      return { status: 413, message: 'The body is too large.' };
    case 'not-openable':
      return { status: 500, message: 'The resource could not be opened.' };
    case 'failed':
    case 'consumed':
      return { status: 500, message: 'The notification could not be processed.' };
    case 'late':
    case 'over-budget':
    case 'not-durable':
    case 'aborted':
      return { status: 503, message: 'The notification was not stored; send it again.' };
    default:
      return outcome satisfies never;
  }
}

/** Writes the answer. A request whose body was not read to its end loses its connection, since the rest is unknown. */
export function writeAnswer(response: ServerResponse, answer: Answer, bodyRead: boolean): void {
  if (response.headersSent || response.destroyed) return;
  if (!bodyRead) response.setHeader('connection', 'close');
  if (answer.message === undefined) {
    response.writeHead(answer.status).end();
    return;
  }
  const body = JSON.stringify({ code: 'FAIL', message: answer.message });
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
