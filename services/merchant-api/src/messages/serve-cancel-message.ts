import { type MerchantApi, toMessageKey } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { toMessageResource } from './to-message-resource.ts';

/** `DELETE /v1/messages/{message_id}`: of this and whoever is about to send it, exactly one has its way. */
export function serveCancelMessage({
  messages,
}: {
  readonly messages: Pick<Store['messages'], 'find' | 'settle'>;
}): EndpointHandler<MerchantApi['cancelMessage']> {
  return async ({ params, caller, facts }) => {
    const key = toMessageKey(caller.merchant.mchId, params.message_id);
    await messages.settle(key, 'cancelled');
    const message = await messages.find(key);
    if (message === undefined) return { problem: { status: 404, code: 'MESSAGE_NOT_FOUND' } };
    if (message.state !== 'cancelled') {
      const detail = `The message is ${message.state}.`;
      return { problem: { status: 409, code: 'MESSAGE_NOT_CANCELLABLE', detail } };
    }
    facts.outcome = 'cancelled';
    return { status: 200, body: toMessageResource(message) };
  };
}
