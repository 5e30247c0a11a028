import type { Clock, JobData, PassThrough } from '@huidiao/contracts';
import { AppError, type ErrorCode } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { classifyAnswer } from '../shop/classify-answer.ts';
import { createEndpointBreakers } from '../shop/endpoint-breakers.ts';
import { postWebhook } from '../shop/post-webhook.ts';
import { isFailureOfTheShop } from '../shop/shop-client.ts';
import { createWebhookAgents } from '../shop/webhook-agents.ts';

/** A callback as it came. */
export type PassedCallback = Pick<JobData<'pass-through'>, 'query' | 'headers' | 'body' | 'bodyEncoding'>;

export interface PassThroughClient {
  /**
   * Posts a callback, with its bytes, headers and query as they came, to an address.
   *
   * @param ownerId the merchant or app whose address it is
   * @returns the 2xx status.
   * @throws AppError PASS_THROUGH_REFUSED, PASS_THROUGH_UNREACHABLE, PASS_THROUGH_BREAKER_OPEN, PASS_THROUGH_FORBIDDEN
   */
  pass(ownerId: string, target: PassThrough, callback: PassedCallback): Promise<{ httpStatus: number }>;
  close(): void;
}

export interface PassThroughClientDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Headers that are about the connection that a callback came on, and not about the callback. */
const ofTheConnection = /^(host|connection|content-length|transfer-encoding|expect|keep-alive|upgrade)$/i;

/** One breaker per address. */
export function createPassThroughClient({
  clock,
  logger,
  metrics,
}: PassThroughClientDeps): PassThroughClient {
  const agents = createWebhookAgents();
  const breakers = createEndpointBreakers({
    action: post,
    openCode: 'PASS_THROUGH_BREAKER_OPEN',
    failureCounts: isFailureOfTheShop,
    logger,
    metrics,
  });

  async function post(target: PassThrough, callback: PassedCallback): Promise<{ httpStatus: number }> {
    const kept = Object.entries(callback.headers).filter(([name]) => !ofTheConnection.test(name));
    const body = Buffer.from(callback.body, callback.bodyEncoding);
    const to = { ...target, query: callback.query };
    const answer = await postWebhook(to, body, Object.fromEntries(kept), agents.of(to));
    const refusal = classifyAnswer(answer, clock.now());
    if (refusal) throw refusal;
    return { httpStatus: answer.httpStatus };
  }

  return {
    async pass(ownerId, target, callback) {
      try {
        const breaker = breakers.of(`pass-through-${ownerId}-${target.name}`, target.url);
        return await breaker.fire(target, callback);
      } catch (error) {
        throw toPassThroughError(error, target.name);
      }
    },
    close() {
      breakers.close();
      agents.close();
    },
  };
}

/** The same failure of another kind of address: what is to be done about it differs. */
const codes: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  SHOP_REFUSED: 'PASS_THROUGH_REFUSED',
  SHOP_BUSY: 'PASS_THROUGH_REFUSED',
  SHOP_UNREACHABLE: 'PASS_THROUGH_UNREACHABLE',
  SHOP_TARGET_FORBIDDEN: 'PASS_THROUGH_FORBIDDEN',
};

function toPassThroughError(error: unknown, target: string): unknown {
  const code = error instanceof AppError ? codes[error.code] : undefined;
  if (!(error instanceof AppError) || code === undefined) return error;
  const { kind, retryAfterMs, details, cause } = error;
  return new AppError(code, {
    kind,
    details: { ...details, target },
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
