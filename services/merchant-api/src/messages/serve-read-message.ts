import { type MerchantApi, toMessageKey } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { toMessageResource } from './to-message-resource.ts';

/** `GET /v1/messages/{message_id}`. That of another merchant is as unknown as one that does not exist. */
export function serveReadMessage({
  messages,
}: {
  readonly messages: Pick<Store['messages'], 'find'>;
}): EndpointHandler<MerchantApi['readMessage']> {
  return async ({ params, caller, facts }) => {
    const message = await messages.find(toMessageKey(caller.merchant.mchId, params.message_id));
    if (message === undefined) return { problem: { status: 404, code: 'MESSAGE_NOT_FOUND' } };
    facts.outcome = 'read';
    return { status: 200, body: toMessageResource(message) };
  };
}
