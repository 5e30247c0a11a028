import {
  type NotAuthenticReason,
  receiveNotification,
  toContractReply,
  verifyNotification,
} from '@huidiao/wechat';
import type { Answer } from '../callback/answer.ts';
import {
  type CallbackHandler,
  type CallbackHandlerDeps,
  type CallbackHead,
  type CallbackRoute,
  createCallbackHandler,
  type GenuineReceived,
  type NotAuthentic,
  type ReceivedOutcome,
  type UnprovenCallback,
} from '../callback/callback-handler.ts';
import type { CallbackOutcome } from '../callback/callback-outcome.ts';
import { toMerchantOwner } from '../callback/callback-owner.ts';
import type { SignatureMetrics } from '../callback-metrics.ts';
import type { Receivers } from '../receivers.ts';

export interface WechatPayNotificationDeps extends CallbackHandlerDeps {
  readonly receivers: Pick<Receivers, 'findMerchant'>;
  readonly signatures: SignatureMetrics;
}

/** What may stand in a notification's head besides its signature; the merchant's old system verifies with these. */
const headersToPass = [
  'content-type',
  'wechatpay-timestamp',
  'wechatpay-nonce',
  'wechatpay-signature',
  'wechatpay-serial',
  'wechatpay-signature-type',
  'request-id',
];

/**
 * Takes in `POST /callbacks/wechat-pay/{mchid}`, every event type of API v3
 * (`app.post('/callbacks/wechat-pay/:mchid', handler)`).
 */
export function createWechatPayNotificationHandler(deps: WechatPayNotificationDeps): CallbackHandler {
  const route: CallbackRoute = {
    kind: 'pay-v3',
    refuseHead: (head) => refuseHead(deps, head),
    receive: (callback) => receive(deps, callback),
    toAnswer: toNotificationAnswer,
  };
  return createCallbackHandler(deps, route);
}

const noBody = Buffer.alloc(0);

/** Without a key there is no signature to verify: `serial_unknown` of a serial that we know says that all else is right. */
function refuseHead(deps: WechatPayNotificationDeps, { id, headers, now }: CallbackHead) {
  const found = deps.receivers.findMerchant(id);
  if (found === undefined) return notAuthentic('merchant_unknown');
  const { keys, suites } = found.receiving;
  let isSerialKnown = false;
  const noKeys = {
    find(serial: string) {
      isSerialKnown = keys.find(serial) !== undefined;
      return undefined;
    },
  };
  const verification = verifyNotification({ headers, body: noBody }, noKeys, now, suites);
  return verification.authentic || isSerialKnown ? undefined : notAuthentic(verification.reason);
}

function notAuthentic(reason: NotAuthenticReason): NotAuthentic {
  return { kind: 'not-authentic', reason };
}

function receive(deps: WechatPayNotificationDeps, callback: UnprovenCallback): ReceivedOutcome {
  const found = deps.receivers.findMerchant(callback.id);
  if (found === undefined) return notAuthentic('merchant_unknown');
  const { merchant, receiving } = found;
  const { headers, body, now } = callback;
  const received = receiveNotification({ headers, body }, receiving, now);
  if (received.kind !== 'genuine') return received;
  deps.signatures.verified(merchant.mchId, received.keyKind);
  const genuine: GenuineReceived = {
    kind: 'genuine',
    callback: received.callback,
    owner: toMerchantOwner(merchant),
    headersToPass,
    facts: { keyKind: received.keyKind },
  };
  const { question } = received;
  if (question === undefined) return genuine;
  // What to say stands in the configuration, so that it costs no time; it is said once the question is durable.
  const reply = toContractReply(question, merchant.contractTermination);
  const content = { type: jsonType, body: JSON.stringify(reply.body) };
  return { ...genuine, answer: () => Promise.resolve({ status: reply.status, content }) };
}

const jsonType = 'application/json; charset=utf-8';

/**
 * The answer to an outcome. WeChat Pay looks at the status alone: 200 and 204 end its re-sends for ever,
 * 4xx and 5xx bring the notification back on its schedule
 * (https://pay.weixin.qq.com/doc/v3/merchant/4012075420). So 2xx is said only of what is durable, and a 401
 * never says what was wrong: an attacker learns nothing, the log and the metric hold the reason.
 */
export function toNotificationAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'durable':
      return { status: 204 };
    case 'not-authentic':
      return fail(401, 'The notification is not authentic.');
    case 'too-large':
      return fail(413, 'The body is too large.');
    case 'not-openable':
      return fail(500, 'The resource could not be opened.');
    case 'failed':
    case 'unanswered':
    case 'consumed':
      return fail(500, 'The notification could not be processed.');
    case 'late':
    case 'over-budget':
    case 'not-durable':
    case 'aborted':
      return fail(503, 'The notification was not stored; send it again.');
    default:
      return outcome satisfies never;
  }
}

function fail(status: number, message: string): Answer {
  return { status, content: { type: jsonType, body: JSON.stringify({ code: 'FAIL', message }) } };
}
