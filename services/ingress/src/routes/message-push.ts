import type { App } from '@huidiao/contracts';
import { type ReceivingApp, receivePush, toPushReply } from '@huidiao/wechat';
import type { Answer } from '../callback/answer.ts';
import {
  type CallbackHandler,
  type CallbackHandlerDeps,
  type CallbackHead,
  type CallbackRoute,
  createCallbackHandler,
  type NotAuthentic,
  type ReceivedOutcome,
  type UnprovenCallback,
} from '../callback/callback-handler.ts';
import type { CallbackOutcome } from '../callback/callback-outcome.ts';
import { toAppOwner } from '../callback/callback-owner.ts';
import type { PushQuestions } from '../questions/push-questions.ts';
import type { Receivers } from '../receivers.ts';
import { judgePushQuery } from './judge-push-query.ts';

export interface MessagePushDeps extends CallbackHandlerDeps {
  readonly receivers: Pick<Receivers, 'findApp'>;
  readonly questions: PushQuestions;
}

/**
 * Takes in `POST /callbacks/mini-program/{appid}`: the message push (消息推送), in plaintext, compatible and safe mode,
 * in JSON and XML; the body tells which.
 */
export function createMessagePushHandler(deps: MessagePushDeps): CallbackHandler {
  const route: CallbackRoute = {
    kind: 'push',
    refuseHead: (head) => refuseHead(deps, head),
    receive: (callback) => receive(deps, callback),
    toAnswer: toPushAnswer,
  };
  return createCallbackHandler(deps, route);
}

interface Found {
  readonly kind: 'found';
  readonly app: App;
  readonly receiving: ReceivingApp;
}

function find({ receivers }: MessagePushDeps, id: string): Found | NotAuthentic {
  const found = receivers.findApp(id);
  if (found === undefined) return { kind: 'not-authentic', reason: 'app_unknown' };
  const { app, receiving } = found;
  if (receiving === undefined) return { kind: 'not-authentic', reason: 'push_not_configured' };
  return { kind: 'found', app, receiving };
}

function refuseHead(deps: MessagePushDeps, { id, rawQuery, now }: CallbackHead): NotAuthentic | undefined {
  const found = find(deps, id);
  if (found.kind !== 'found') return found;
  const reason = judgePushQuery(rawQuery, found.receiving, now);
  return reason && { kind: 'not-authentic', reason };
}

function receive(deps: MessagePushDeps, { id, rawQuery, body, now }: UnprovenCallback): ReceivedOutcome {
  const found = find(deps, id);
  if (found.kind !== 'found') return found;
  const { app, receiving } = found;
  const received = receivePush({ rawQuery, body }, receiving, now);
  if (received.kind !== 'genuine') return received;
  const { callback, channel, question } = received;
  const genuine = {
    kind: 'genuine',
    callback,
    owner: toAppOwner(app),
    headersToPass: ['content-type'],
    facts: { format: channel.format, encrypted: channel.encrypted },
  } as const;
  if (question === undefined) return genuine;
  return {
    ...genuine,
    answer: async () => {
      const reply = await deps.questions.answer(app, question);
      const { contentType, body } = toPushReply(receiving, channel, reply, deps.clock.now());
      return { status: 200, content: { type: contentType, body } };
    },
  };
}

/**
 * WeChat takes exactly 200 with `success` or nothing for an acknowledgement; an answer that is not from us would be
 * an illegal one, so a failure has no body. https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function toPushAnswer(outcome: CallbackOutcome): Answer {
  switch (outcome.kind) {
    case 'durable':
      return { status: 200, content: { type: 'text/plain; charset=utf-8', body: 'success' } };
    case 'not-authentic':
      return { status: 401 };
    case 'too-large':
      return { status: 413 };
    case 'not-openable':
    case 'failed':
    case 'unanswered':
    case 'consumed':
    case 'late':
    case 'over-budget':
    case 'not-durable':
    case 'aborted':
      return { status: 500 };
    default:
      return outcome satisfies never;
  }
}
