import type { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { SubscribeMessage } from '@huidiao/wechat';
import { after, before, beforeEach } from 'mocha';
import {
  mchId,
  type PaidOrder,
  type RunningWorker,
  startMessageWorker,
} from '../message-worker.fixture.test.ts';
import { createSendSubscribeMessage, type SendMessageDeps } from './send-subscribe-message.ts';

/** What is otherwise than usual in an attempt. */
export interface AttemptChanges {
  readonly messages?: Partial<Store['messages']>;
  readonly orders?: Partial<Store['orders']>;
  readonly consents?: Partial<Store['consents']>;
  readonly turns?: SendMessageDeps['turns'];
  readonly directory?: SendMessageDeps['directory'];
  /** Default: that of the effect in its first round. */
  readonly jobId?: string;
  /** What WeChat does with the message; default: it takes it. */
  readonly answer?: () => ReturnType<SendMessageDeps['client']['sendSubscribeMessage']>;
}

/** Single attempts, without a queue around them, of messages in a real store. */
export interface Attempts {
  readonly worker: () => RunningWorker;
  /** What WeChat was given in this test. */
  readonly sent: SubscribeMessage[];
  /** Gives the attempt's outcome, or the code of its error. */
  attempt(order: PaidOrder, changes?: AttemptChanges): Promise<string>;
  stateOf(order: PaidOrder): Promise<string | undefined>;
}

/** For all tests of the describe that calls this. Nobody but the test keeps two attempts from running at once. */
export function useAttempts(): Attempts {
  let worker: RunningWorker;
  const sent: SubscribeMessage[] = [];
  before(async () => {
    worker = await startMessageWorker({ idle: true });
  });
  beforeEach(() => {
    sent.length = 0;
  });
  after(() => worker.close());

  return {
    worker: () => worker,
    sent,
    async attempt({ outTradeNo, effectId }, changes = {}) {
      const handle = createSendSubscribeMessage(toDeps(worker, sent, changes));
      const run = {
        jobId: changes.jobId ?? effectId,
        lane: 'live' as const,
        attempt: 1,
        postponements: 0,
        firstAttemptAt: new Date(),
        failing: undefined,
        signal: new AbortController().signal,
      };
      return await handle({ mchId, outTradeNo, effectId, requestId: 'test' }, run).then(
        ({ outcome }) => outcome,
        (error: AppError) => error.code,
      );
    },
    stateOf: async ({ effectId }) => (await worker.context.store.messages.find(effectId))?.state,
  };
}

function toDeps(
  { context }: RunningWorker,
  sent: SubscribeMessage[],
  changes: AttemptChanges,
): SendMessageDeps {
  const { store, config, metrics } = context;
  const { answer = async () => ({ kind: 'sent' }) } = changes;
  return {
    store: {
      orders: { ...store.orders, ...changes.orders },
      messages: { ...store.messages, ...changes.messages },
      consents: { ...store.consents, ...changes.consents },
    },
    client: {
      sendSubscribeMessage: (_app, message) => {
        sent.push(message);
        return answer();
      },
      sendTemplateMessage: () => answer(),
    },
    turns: changes.turns ?? { inTurn: (_recipient, work) => work() },
    directory: changes.directory ?? config.directory,
    clock: { now: () => new Date() },
    outcomes: metrics.counter({
      name: 'huidiao_messages_total',
      help: 'Messages to buyers that ended, by how',
      labelNames: ['outcome'],
    }),
  };
}
