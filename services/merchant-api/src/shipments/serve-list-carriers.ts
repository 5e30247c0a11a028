import type { Clock, MerchantApi, MerchantDirectory } from '@huidiao/contracts';
import type { Carrier, ShippingClient } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { toCallProblem } from './to-call-problem.ts';

export interface ListCarriersDeps {
  readonly shipping: Pick<ShippingClient, 'listCarriers'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly clock: Clock;
}

/** More than a thousand express companies that hardly ever change. */
const keptForMs = 24 * 60 * 60_000;

/** `GET /v1/carriers?appid=`: as WeChat said within the last day. */
export function serveListCarriers(deps: ListCarriersDeps): EndpointHandler<MerchantApi['listCarriers']> {
  const known = new Map<string, { readonly carriers: readonly Carrier[]; readonly until: number }>();
  return async ({ query, caller, facts }) => {
    const app = caller.merchant.appIds.includes(query.appid)
      ? deps.directory.apps.get(query.appid)
      : undefined;
    if (app === undefined) return { problem: notOfMerchant };
    const kept = known.get(app.appId);
    if (kept !== undefined && kept.until > deps.clock.now().getTime()) return toReply(kept.carriers);
    const result = await deps.shipping.listCarriers(app);
    if (result.kind !== 'done') {
      Object.assign(facts, { outcome: result.kind, ...toRemoteFacts(result.error) });
      return { problem: toCallProblem(result.error) };
    }
    known.set(app.appId, { carriers: result.carriers, until: deps.clock.now().getTime() + keptForMs });
    return toReply(result.carriers);
  };
}

const notOfMerchant: Problem = {
  status: 400,
  code: 'REQUEST_INVALID',
  errors: [{ field: 'appid', message: 'is none of the apps of this merchant whose secret is configured' }],
};

function toReply(carriers: readonly Carrier[]) {
  const listed = carriers.map(({ deliveryId, deliveryName }) => ({
    delivery_id: deliveryId,
    delivery_name: deliveryName,
  }));
  return { status: 200 as const, body: { carriers: listed } };
}
