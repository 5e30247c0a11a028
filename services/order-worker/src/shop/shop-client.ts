import type { App, Clock, Merchant, Shop, ShopWebhook } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { classifyAnswer } from './classify-answer.ts';
import { createEndpointBreakers } from './endpoint-breakers.ts';
import { postWebhook } from './post-webhook.ts';
import { signWebhook } from './sign-webhook.ts';
import { createWebhookAgents } from './webhook-agents.ts';

/** Whose shop is told: that of a merchant, or of an app. */
export type ShopOwner = Pick<Merchant, 'mchId' | 'shop'> | Pick<App, 'appId' | 'shop'>;

export interface ShopClient {
  /**
   * Tells a shop. `id` is the webhook-id: the same for every repetition of the same fact.
   *
   * @returns the shop's 2xx status.
   * @throws AppError SHOP_REFUSED, SHOP_BUSY, SHOP_UNREACHABLE, SHOP_BREAKER_OPEN, SHOP_TARGET_FORBIDDEN,
   * SHOP_NOT_CONFIGURED.
   */
  tell(owner: ShopOwner, id: string, webhook: ShopWebhook): Promise<{ httpStatus: number }>;
  close(): void;
}

export interface ShopClientDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One breaker per shop: one that is down slows down nobody else's orders. */
export function createShopClient({ clock, logger, metrics }: ShopClientDeps): ShopClient {
  const agents = createWebhookAgents();
  const breakers = createEndpointBreakers({
    action: post,
    openCode: 'SHOP_BREAKER_OPEN',
    clock,
    failureCounts: isFailureOfTheShop,
    logger,
    metrics,
  });

  async function post(shop: Shop, id: string, webhook: ShopWebhook): Promise<{ httpStatus: number }> {
    const body = JSON.stringify(webhook);
    const headers = {
      ...signWebhook(id, clock.now(), body, shop.webhookSecrets),
      'content-type': 'application/json',
    };
    const target = { ...shop, url: shop.webhookUrl };
    const answer = await postWebhook(target, body, headers, agents.of(target));
    const refusal = classifyAnswer(answer, clock.now());
    if (refusal) throw refusal;
    return { httpStatus: answer.httpStatus };
  }

  return {
    async tell(owner, id, webhook) {
      const { shop } = owner;
      const ownerId = 'mchId' in owner ? owner.mchId : owner.appId;
      if (shop === undefined) throw shopNotConfigured(owner);
      return breakers.of(`shop-${ownerId}`, shop.webhookUrl).fire(shop, id, webhook);
    },
    close() {
      breakers.close();
      agents.close();
    },
  };
}

function shopNotConfigured(owner: ShopOwner): AppError {
  const details = 'mchId' in owner ? { mchId: owner.mchId } : { appId: owner.appId };
  return new AppError('SHOP_NOT_CONFIGURED', { details });
}

/** A shop that answers 4xx to one order may take the next one; only silence and 5xx say that it is down. */
export function isFailureOfTheShop(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  if (error.code === 'SHOP_UNREACHABLE') return true;
  return Number(error.details.httpStatus ?? 0) >= 500;
}
