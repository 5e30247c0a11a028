import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Clock, Merchant, Shop, ShopWebhook } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type Breaker, createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { classifyAnswer } from './classify-answer.ts';
import { postWebhook } from './post-webhook.ts';
import { signWebhook } from './sign-webhook.ts';

export interface ShopClient {
  /**
   * Tells a merchant's shop. `id` is the webhook-id: the same for every repetition of the same fact.
   *
   * @returns the shop's 2xx status.
   * @throws AppError SHOP_REFUSED, SHOP_BUSY, SHOP_UNREACHABLE, SHOP_BREAKER_OPEN, SHOP_TARGET_FORBIDDEN,
   * SHOP_NOT_CONFIGURED.
   */
  tell(merchant: Merchant, id: string, webhook: ShopWebhook): Promise<{ httpStatus: number }>;
  close(): void;
}

export interface ShopClientDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Tell = [id: string, webhook: ShopWebhook];

/** One breaker per merchant: a shop that is down slows down nobody else's orders. */
export function createShopClient(deps: ShopClientDeps): ShopClient {
  // Apart, because a connection that one merchant was allowed to make must not serve one that is not.
  const agents = { open: createAgents(), guarded: createAgents() };
  const breakers = new Map<string, Breaker<Tell, { httpStatus: number }>>();

  async function post(shop: Shop, id: string, webhook: ShopWebhook): Promise<{ httpStatus: number }> {
    const body = JSON.stringify(webhook);
    const headers = { ...signWebhook(id, deps.clock.now(), body, shop.webhookSecrets) };
    const { http, https } = shop.allowPrivateNetwork ? agents.open : agents.guarded;
    const agent = shop.webhookUrl.startsWith('https:') ? https : http;
    const answer = await postWebhook(shop, body, headers, agent);
    const refusal = classifyAnswer(answer, deps.clock.now());
    if (refusal) throw refusal;
    return { httpStatus: answer.httpStatus };
  }

  function breakerOf(mchId: string, shop: Shop): Breaker<Tell, { httpStatus: number }> {
    const existing = breakers.get(mchId);
    if (existing) return existing;
    const breaker = createBreaker({
      name: `shop-${mchId}`,
      action: (id: string, webhook: ShopWebhook) => post(shop, id, webhook),
      openCode: 'SHOP_BREAKER_OPEN',
      failureCounts: isFailureOfTheShop,
      logger: deps.logger,
      metrics: deps.metrics,
    });
    breakers.set(mchId, breaker);
    return breaker;
  }

  return {
    async tell(merchant, id, webhook) {
      if (merchant.shop === undefined) {
        throw new AppError('SHOP_NOT_CONFIGURED', { details: { mchId: merchant.mchId } });
      }
      return breakerOf(merchant.mchId, merchant.shop).fire(id, webhook);
    },
    close() {
      for (const breaker of breakers.values()) breaker.close();
      for (const { http, https } of Object.values(agents)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

function createAgents(): { http: HttpAgent; https: HttpsAgent } {
  return { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
}

/** A shop that answers 4xx to one order may take the next one; only silence and 5xx say that it is down. */
function isFailureOfTheShop(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  if (error.code === 'SHOP_UNREACHABLE') return true;
  return Number(error.details.httpStatus ?? 0) >= 500;
}
