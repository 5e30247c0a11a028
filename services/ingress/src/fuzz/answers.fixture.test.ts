import { openMessage, signPush, toAesKey } from '@huidiao/wechat-simulator';
import { AssertionError } from 'chai';
import type { FuzzKind } from './fuzz-case.fixture.test.ts';
import { appIds, encodingAesKey, token } from './installation.fixture.test.ts';
import type { Visit } from './site.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** What an answer means to WeChat. */
export type AnswerMeaning = 'taken' | 'refused';

type Answered = Extract<Visit['answer'], { kind: 'answered' }>;

const json = 'application/json; charset=utf-8';
const xml = 'text/xml; charset=utf-8';
const text = 'text/plain; charset=utf-8';
const toText = ({ status, headers, body }: Answered) =>
  [status, headers.get('content-type'), body === '' ? undefined : body]
    .filter((part) => part !== undefined)
    .join(' ');
const failure = (status: number, message: string) =>
  `${status} ${json} {"code":"FAIL","message":"${message}"}`;
const v2Failure = (status: number, message: string) =>
  `${status} ${xml} <xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`;

/** By what the log says became of the callback: every answer that the route has for it, to the character. */
const answers: Readonly<Record<FuzzKind, Readonly<Record<string, readonly string[]>>>> = {
  'pay-v3': {
    durable: [
      '204',
      `200 ${json} {"code":"SUCCESS","message":"OK"}`,
      failure(403, 'The contract may not be terminated.'),
    ],
    'not-authentic': [failure(401, 'The notification is not authentic.')],
    'not-openable': [failure(500, 'The resource could not be opened.')],
    'too-large': [failure(413, 'The body is too large.')],
  },
  'pay-v2': {
    durable: [
      `200 ${xml} <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>`,
    ],
    'not-authentic': [v2Failure(401, 'not authentic')],
    'not-openable': [v2Failure(500, 'not processed')],
    'too-large': [v2Failure(413, 'too large')],
  },
  push: {
    durable: [`200 ${text} success`],
    'not-authentic': ['401'],
    'not-openable': ['500'],
    'too-large': ['413'],
  },
};

/** Where no handler saw the request: its address or method is nobody's, or it is no HTTP. */
const unrouted: readonly string[] = [
  failure(404, 'There is no such address here.'),
  failure(405, 'Notifications are sent by POST.'),
  failure(405, 'The message push comes by GET and POST.'),
  failure(400, 'The request is malformed.'),
  '400',
  '431',
];

/** Whether WeChat takes it for an acknowledgement. Throws on an answer that is not of the contract. */
export function readAnswer(kind: FuzzKind, request: WireRequest, { answer, line }: Visit): AnswerMeaning {
  if (answer.kind === 'gone') return 'refused';
  const written = toText(answer);
  if (line === undefined || line.outcome === 'aborted') {
    if (unrouted.includes(written)) return 'refused';
  } else if (line.outcome === 'verified') {
    if (written.startsWith(`200 ${text}`)) return 'taken';
  } else {
    const lawful = answers[kind][line.outcome]?.includes(written);
    if (lawful || (kind === 'push' && line.outcome === 'durable' && isReplyTo(request, answer))) {
      return line.outcome === 'durable' ? 'taken' : 'refused';
    }
  }
  throw new AssertionError(`${line?.outcome ?? 'no handler'}: no answer of the contract: ${written}`);
}

/** An answer that a push demands: fields of ours, in the format of the push and sealed where it was. */
function isReplyTo({ target, body: asked }: WireRequest, { status, headers, body }: Answered): boolean {
  const isXml = asked.toString().trimStart().startsWith('<');
  if (status !== 200 || headers.get('content-type') !== (isXml ? xml : json)) return false;
  // Of the two apps that ask, one takes nothing but what is encrypted.
  if (!target.includes(appIds.own)) return isReply(isXml, body);
  const read = (name: string) => (isXml ? readElement(body, name) : String(JSON.parse(body)[name] ?? ''));
  const encrypted = read('Encrypt');
  const opened = openMessage(encrypted, toAesKey(encodingAesKey));
  const isSigned = read('MsgSignature') === signPush(token, read('TimeStamp'), read('Nonce'), encrypted);
  return isSigned && opened?.appId === appIds.own && isReply(isXml, opened.message);
}

function isReply(isXml: boolean, reply: string): boolean {
  if (isXml) return /^<xml>.*<(MsgType|IosRefundQueryResponse)>.*<\/xml>$/s.test(reply);
  const fields = JSON.parse(reply);
  return fields.MsgType === 'transfer_customer_service' || 'IosRefundQueryResponse' in fields;
}

function readElement(document: string, name: string): string {
  const [, cdata, bare] =
    new RegExp(`<${name}>(?:<!\\[CDATA\\[(.*?)\\]\\]>|([^<]*))</${name}>`, 's').exec(document) ?? [];
  return cdata ?? bare ?? '';
}
