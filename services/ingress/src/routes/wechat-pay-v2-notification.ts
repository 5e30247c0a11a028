import type { Merchant } from '@huidiao/contracts';
import {
  type ReceivingMerchantV2,
  receiveV2Notification,
  toV2Failure,
  v2Acknowledgement,
} from '@huidiao/wechat';
import type { Answer } from '../callback/answer.ts';
import {
  type CallbackHandler,
  type CallbackHandlerDeps,
  type CallbackRoute,
  createCallbackHandler,
  type NotAuthentic,
  type ReceivedOutcome,
  type UnprovenCallback,
} from '../callback/callback-handler.ts';
import type { CallbackOutcome } from '../callback/callback-outcome.ts';
import { toMerchantOwner } from '../callback/callback-owner.ts';
import type { Receivers } from '../receivers.ts';

export interface WechatPayV2NotificationDeps extends CallbackHandlerDeps {
  readonly receivers: Pick<Receivers, 'findMerchantV2'>;
}

/**
 * Takes in `POST /callbacks/wechat-pay-v2/{mchid}`: payments, refunds and deduction contracts of API v2, in XML.
 */
export function createWechatPayV2NotificationHandler(deps: WechatPayV2NotificationDeps): CallbackHandler {
  const route: CallbackRoute = {
    kind: 'pay-v2',
    refuseHead({ id }) {
      const found = find(deps, id);
      return found.kind === 'found' ? undefined : found;
    },
    receive: (callback) => receive(deps, callback),
    toAnswer: toV2Answer,
  };
  return createCallbackHandler(deps, route);
}

interface Found {
  readonly kind: 'found';
  readonly merchant: Merchant;
  readonly receiving: ReceivingMerchantV2;
}

/** All that can be judged before the body, for the signature is in it. */
function find({ receivers }: WechatPayV2NotificationDeps, id: string): Found | NotAuthentic {
  const found = receivers.findMerchantV2(id);
  if (found === undefined) return { kind: 'not-authentic', reason: 'merchant_unknown' };
  const { merchant, receiving } = found;
  if (receiving === undefined) return { kind: 'not-authentic', reason: 'api_v2_not_configured' };
  return { kind: 'found', merchant, receiving };
}

function receive(deps: WechatPayV2NotificationDeps, { id, body }: UnprovenCallback): ReceivedOutcome {
  const found = find(deps, id);
  if (found.kind !== 'found') return found;
  const { merchant, receiving } = found;
  const received = receiveV2Notification(body, receiving);
  if (received.kind !== 'genuine') return received;
  const { callback } = received;
  return { kind: 'genuine', callback, owner: toMerchantOwner(merchant), headersToPass: ['content-type'] };
}

/**
 * API v2 reads the body: anything but return_code SUCCESS, to the character, brings the notification back
 * (https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7). The status says the same.
 */
export function toV2Answer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'durable':
      return { status: 200, content: { type: xmlType, body: v2Acknowledgement } };
    case 'not-authentic':
      return fail(401, 'not authentic');
    case 'too-large':
      return fail(413, 'too large');
    case 'not-openable':
    case 'failed':
    case 'unanswered':
    case 'consumed':
      return fail(500, 'not processed');
    case 'late':
    case 'over-budget':
    case 'not-durable':
    case 'aborted':
      return fail(503, 'not stored');
    default:
      return outcome satisfies never;
  }
}

const xmlType = 'text/xml; charset=utf-8';

function fail(status: number, message: string): Answer {
  return { status, content: { type: xmlType, body: toV2Failure(message) } };
}
