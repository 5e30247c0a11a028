import type { Judgement } from '../delivery/notification.ts';
import type { Receipt } from '../delivery/post-message.ts';
import type { PushDemand } from '../events/event-spec.ts';
import { isRecord, parseJson } from '../parse-json.ts';
import type { PushMode } from './build-push.ts';
import { openMessage, toAesKey } from './encrypt-message.ts';
import type { PushFormat } from './push-content.ts';
import { readXml } from './read-xml.ts';
import { signPush } from './sign-push.ts';

/** What an answer is judged by. */
export interface PushExpectation {
  readonly demand: PushDemand;
  readonly mode: PushMode;
  readonly format: PushFormat;
  /** Of the request: an encrypted reply repeats it. */
  readonly nonce: string;
  readonly token: string;
  readonly encodingAesKey: string | undefined;
  readonly appId: string;
  /** ToUserName and FromUserName of the push: the reply has them the other way round. */
  readonly originalId: string;
  readonly openId: string;
}

type Reply = Readonly<Record<string, unknown>>;

/**
 * Accepted is HTTP 200 with nothing, with `success`, or with what the event demands, in the push's own format and
 * encrypted in safe mode.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function judgePush(
  { status, answer }: Extract<Receipt, { outcome: 'answered' }>,
  expected: PushExpectation,
): Judgement {
  if (status !== 200) return refuse(`the status is ${status}, not 200`);
  if (answer === '' || answer === 'success') {
    return expected.demand === 'ios-refund' ? refuse('the question wants a decision') : accept();
  }
  if (expected.demand === 'plain') return refuse('only success or nothing is accepted for this event');
  const opened = openReply(answer, expected);
  if (typeof opened === 'string') return refuse(opened);
  const problem = findProblem(opened, expected);
  return problem === undefined ? accept(opened) : { ...refuse(problem), reply: opened };
}

function accept(reply?: Reply): Judgement {
  return { isAccepted: true, problem: '', reply };
}

function refuse(problem: string): Judgement {
  return { isAccepted: false, problem };
}

/** What the reply says, or what is wrong with it. */
function openReply(answer: string, expected: PushExpectation): Reply | string {
  const reply = read(answer, expected.format);
  if (reply === undefined)
    return `the reply is no ${expected.format === 'json' ? 'JSON object' : '<xml> document'}`;
  if (!('Encrypt' in reply)) {
    return expected.mode === 'safe' ? 'in safe mode a reply has to be encrypted' : reply;
  }
  return decrypt(reply, expected);
}

function read(text: string, format: PushFormat): Reply | undefined {
  return format === 'json' ? parseJson(text) : readXml(text);
}

function decrypt(reply: Reply, expected: PushExpectation): Reply | string {
  const { token, encodingAesKey, nonce, appId, format, mode } = expected;
  if (encodingAesKey === undefined || mode === 'plaintext')
    return 'in plaintext mode a reply is not encrypted';
  const { Encrypt: encrypted, MsgSignature: signature, TimeStamp: timestamp, Nonce: repeated } = reply;
  if (typeof encrypted !== 'string' || typeof signature !== 'string')
    return 'Encrypt and MsgSignature are texts';
  if (format === 'json' && typeof timestamp !== 'number') return 'TimeStamp is a number';
  if (!/^\d{10}$/.test(String(timestamp))) return 'TimeStamp is in Unix seconds';
  if (String(repeated) !== nonce) return 'Nonce is that of the request';
  if (signature !== signPush(token, String(timestamp), nonce, encrypted)) return 'MsgSignature does not fit';
  const opened = openMessage(encrypted, toAesKey(encodingAesKey));
  if (opened === undefined) return 'Encrypt does not open';
  if (opened.appId !== appId) return 'the frame names another appid';
  return read(opened.message, format) ?? 'what is encrypted is not in the format of the push';
}

function findProblem(reply: Reply, expected: PushExpectation): string | undefined {
  switch (expected.demand) {
    case 'plain':
      return 'only success or nothing is accepted for this event';
    case 'xpay':
      return findErrorCode(reply);
    case 'ios-refund':
      return findErrorCode(reply) ?? findDecisionProblem(reply);
    case 'customer-service':
      return findTransferProblem(reply, expected);
    default:
      return expected.demand satisfies never;
  }
}

function findErrorCode({ ErrCode: code = 0 }: Reply): string | undefined {
  return code === 0 || code === '0' ? undefined : `ErrCode is ${JSON.stringify(code)}, not 0`;
}

/** The page names the members without saying whether IosRefundQueryResponse is around them: both are taken. */
function findDecisionProblem(reply: Reply): string | undefined {
  const wrapped = reply.IosRefundQueryResponse;
  const { result_code: code, evidence } = isRecord(wrapped) ? wrapped : reply;
  if (!['0', '1'].includes(String(code))) return 'result_code is 0 (let it pass) or 1 (refuse)';
  return typeof evidence === 'string' && evidence.trim().length >= 4 ? undefined : 'evidence is missing';
}

/** https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/trans.html */
function findTransferProblem(reply: Reply, { originalId, openId }: PushExpectation): string | undefined {
  if (reply.MsgType !== 'transfer_customer_service') return 'MsgType is not transfer_customer_service';
  if (reply.ToUserName !== openId) return 'ToUserName is not the user who wrote';
  if (reply.FromUserName !== originalId) return 'FromUserName is not the mini-program';
  return /^\d{10}$/.test(String(reply.CreateTime)) ? undefined : 'CreateTime is not in Unix seconds';
}
