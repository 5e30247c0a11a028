import { randomBytes } from 'node:crypto';
import { type App, toMessageKey } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Message, RequestedMessage } from '@huidiao/store';
import { toMessageJob, wakeMessage, withResultsRecorded } from '@huidiao/store';
import {
  type MessageContent,
  type SendResult,
  type SubscribeMessage,
  sealMessageContent,
  type TemplateMessage,
} from '@huidiao/wechat';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  mchId,
  type RunningWorker,
  startMessageWorker,
  templateId,
} from '../message-worker.fixture.test.ts';
import { createSendMessage } from './send-message.ts';
import type { SendMessageDeps } from './send-subscribe-message.ts';

const accountId = 'wx9999999999999999';
const minuteMs = 60_000;
const subscribe: MessageContent = {
  channel: 'subscribe',
  data: { thing1: '手冲咖啡 250g' },
  page: 'pages/order?no=1',
  lang: 'en_US',
};
const template: MessageContent = {
  channel: 'template',
  data: { thing1: '手冲咖啡 250g' },
  url: 'https://example.com/order',
  miniprogram: { appId, pagePath: 'pages/order' },
};

describe('a message that no order asked for', () => {
  let worker: RunningWorker;
  let aheadMs: number;
  let answer: () => Promise<SendResult>;
  let called: (SubscribeMessage | TemplateMessage)[];
  before(async () => {
    worker = await startMessageWorker({ idle: true });
    const apps = worker.context.config.directory.apps as Map<string, App>;
    apps.set(accountId, { ...appOf(appId), appId: accountId, kind: 'service_account' });
  });
  beforeEach(() => {
    aheadMs = 0;
    called = [];
    answer = async () => ({ kind: 'sent', msgId: `msg-${randomBytes(6).toString('hex')}` });
  });
  after(() => worker.close());

  const appOf = (id: string) => worker.context.config.directory.apps.get(id) ?? expect.fail('no app');
  const stored = () => worker.context.store.messages;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  const rowOf = async ({ key }: { key: string }) => (await stored().find(key)) ?? expect.fail('no row');

  /** What the reconciler adds for it, where anything is left to do. */
  const nextJobOf = async (message: { key: string }) => {
    const row = await rowOf(message);
    return row.dueAt === undefined ? undefined : toMessageJob(row).name;
  };

  function deps(changes: Partial<SendMessageDeps> = {}): SendMessageDeps {
    const { store, config, metrics } = worker.context;
    const call = (_app: App, message: SubscribeMessage | TemplateMessage) => {
      called.push(message);
      return answer();
    };
    return {
      store,
      client: { sendSubscribeMessage: call, sendTemplateMessage: call },
      turns: { inTurn: (_recipient, work) => work() },
      directory: config.directory,
      clock,
      outcomes: metrics.counter({ name: 'huidiao_messages_total', help: '', labelNames: ['outcome'] }),
      ...changes,
    };
  }

  /** One run of its job: the outcome, or the code of the error. */
  async function run({ key }: { key: string }, changes: Partial<SendMessageDeps> = {}): Promise<string> {
    const attempt = { jobId: key, lane: 'live', attempt: 1, signal: new AbortController().signal };
    const handle = createSendMessage(deps(changes));
    const job = { mchId, messageKey: key, requestId: 'test' };
    return await handle(job, attempt as never).then(
      ({ outcome }) => outcome,
      (error: AppError) => error.code,
    );
  }

  function named(content: MessageContent, openId: string) {
    const messageId = randomBytes(16).toString('hex');
    const key = toMessageKey(mchId, messageId);
    const ofApp = content.channel === 'template' ? accountId : appId;
    return {
      key,
      messageId,
      mchId,
      appId: ofApp,
      openId,
      templateId,
      idempotencyKey: messageId,
      contentHash: 'hash',
      sealed: sealMessageContent(appOf(ofApp), key, content),
    };
  }

  async function ask(
    content = subscribe,
    changes: Partial<RequestedMessage> & { readonly withFallback?: boolean } = {},
  ): Promise<Message & { openId: string }> {
    const { withFallback = false, ...rest } = changes;
    const now = new Date();
    const openId = `o${randomBytes(10).toString('hex')}`;
    const usefulUntil = new Date(now.getTime() + 60 * minuteMs);
    const fallback = { ...named(template, `${openId}-follower`), channel: 'template' as const, usefulUntil };
    const wanted: RequestedMessage = {
      ...named(content, openId),
      channel: content.channel,
      sendAt: now,
      usefulUntil,
      requestId: 'test',
      lane: 'live',
      ...(withFallback && { fallback }),
      ...rest,
    };
    const { message } = await stored().request(wanted, now);
    return { ...message, openId };
  }

  const refuseBy = (code: ConstructorParameters<typeof AppError>[0], kind?: AppError['kind']) => async () =>
    ({
      kind: 'refused',
      error: new AppError(code, { details: { remoteCode: 1 }, ...(kind && { kind }) }),
    }) as const;
  const silence = async () => ({ kind: 'unknown', error: new AppError('WECHAT_UNREACHABLE') }) as const;

  it('is sent as it was asked for, once, and what it said is kept no longer', async () => {
    const message = await ask();
    expect(await run(message)).to.equal('sent');
    const { channel: _, ...content } = subscribe;
    expect(called).to.deep.equal([{ openId: message.openId, templateId, ...content }]);
    expect(await rowOf(message)).to.include({ state: 'sent', attempts: 1 });
    for (const gone of ['sealed', 'dueAt']) expect(await rowOf(message)).to.not.have.property(gone);
    expect(await run(message)).to.equal('already_settled');
    expect(called).to.have.length(1);
  });

  it('is on its way in the store before WeChat hears of it', async () => {
    const message = await ask();
    let stateAtCall = '';
    answer = async () => {
      stateAtCall = (await rowOf(message)).state;
      return { kind: 'sent' };
    };
    await run(message);
    expect(stateAtCall).to.equal('sending');
  });

  it('whose worker died between sending and the answer is unknown, and never sent again', async () => {
    const message = await ask(subscribe, {});
    await stored().beginSending(message.key, 'of-the-dead');
    expect(await run(message)).to.equal('unknown');
    expect(called).to.deep.equal([]);
    expect(await nextJobOf(message)).to.equal('report-message');
  });

  it('whose answer nobody saw is unknown, and never sent again', async () => {
    const message = await ask();
    answer = silence;
    expect(await run(message)).to.equal('unknown');
    expect(await run(message)).to.equal('already_settled');
    expect(called).to.have.length(1);
  });

  it('of nobody is no failure', async () => {
    expect(await run({ key: toMessageKey(mchId, '0'.repeat(32)) })).to.equal('unknown_message');
  });

  it('is sent once by 16 attempts at once, although none of them waits for its turn', async () => {
    const message = await ask();
    await Promise.all(Array.from({ length: 16 }, () => run(message)));
    expect(called).to.have.length(1);
    expect(await rowOf(message)).to.include({ state: 'sent' });
  });

  describe('to a user who did not agree', () => {
    beforeEach(() => {
      answer = refuseBy('MESSAGE_NOT_SUBSCRIBED');
    });

    it('waits in its row until its latest useful time, and expires then', async () => {
      const message = await ask();
      expect(await run(message)).to.equal('waiting');
      expect(await rowOf(message)).to.deep.include({
        state: 'queued',
        rounds: 1,
        dueAt: message.usefulUntil,
      });
      expect(await run(message), 'a job that comes too early').to.equal('waiting');
      expect(called).to.have.length(1);
      aheadMs = 60 * minuteMs;
      expect(await run(message)).to.equal('expired');
      expect(await nextJobOf(message)).to.equal('report-message');
    });

    it('is sent when they agree: the wake has a job of its own', async () => {
      const message = await ask();
      await run(message);
      const { consents } = worker.context.store;
      const { openId } = message;
      const recipient = { appId, openId, templateId };
      await consents.record({
        ...recipient,
        eventKey: message.key,
        answer: 'accept',
        occurredAt: new Date(),
      });
      const woken = await wakeMessage(worker.context.store, await rowOf(message), { now: new Date() });
      expect(woken).to.deep.nested.include({
        isWoken: true,
        'job.id': `${message.key}~heal-2`,
        'job.name': 'send-message',
      });
      answer = async () => ({ kind: 'sent' });
      expect(await run(message)).to.equal('sent');
      expect(await consents.state(recipient)).to.deep.equal({ state: 'unknown' });
    });

    it('is tried when they agreed in the page, though nobody counted a consent, and waits on if WeChat says no', async () => {
      const message = await ask();
      const { openId } = message;
      const refusal = { appId, openId, templateId, eventKey: message.key, answer: 'reject' } as const;
      await worker.context.store.consents.record({ ...refusal, occurredAt: new Date() });
      expect(await run(message)).to.equal('waiting');
      expect(called).to.deep.equal([]);
      const why = { now: new Date(), facts: { acceptedInPage: true } };
      await wakeMessage(worker.context.store, await rowOf(message), why);
      expect(await run(message)).to.equal('waiting');
      expect(called).to.have.length(1);
      expect(await run(message)).to.equal('waiting');
      expect(called, 'once for each time that they agreed').to.have.length(1);
    });
  });

  describe('that WeChat refuses', () => {
    it('for good is refused: the one who asked reads why', async () => {
      const message = await ask();
      answer = refuseBy('MESSAGE_REFUSED');
      expect(await run(message)).to.equal('refused');
      expect(await rowOf(message)).to.deep.include({
        state: 'refused',
        facts: { errorCode: 'MESSAGE_REFUSED', remoteCode: 1 },
      });
    });

    it('for now stays queued, and its job comes back', async () => {
      const message = await ask();
      answer = refuseBy('WECHAT_BUSY', 'transient');
      expect(await run(message)).to.equal('WECHAT_BUSY');
      expect(await rowOf(message))
        .to.include({ state: 'queued', attempts: 1 })
        .and.to.have.property('sealed');
      answer = async () => ({ kind: 'sent' });
      expect(await run(message)).to.equal('sent');
    });
  });

  describe('whose job is a dead letter', () => {
    const store = async ({ key }: Message) =>
      await withResultsRecorded(worker.context.store).store({
        queue: 'subscribe-message',
        jobId: key,
        jobName: 'send-message',
        payload: { mchId, messageKey: key, requestId: 'test' },
        errorCode: 'WECHAT_CREDENTIALS_REFUSED',
        reason: 'test',
        details: {},
        attempts: 1,
        firstAttemptAt: new Date(),
        failedAt: new Date(),
      });

    it('is for the shop to hear of, once, while it certainly did not leave, and is sent by a replay', async () => {
      const message = await ask();
      await store(message);
      const row = await rowOf(message);
      expect(row).to.deep.include({ state: 'queued', facts: { errorCode: 'WECHAT_CREDENTIALS_REFUSED' } });
      expect(await nextJobOf(message)).to.equal('report-message');
      await stored().endReport(message.key, 'queued');
      await store(message);
      expect(await nextJobOf(message), 'its dead letter is stored again').to.equal(undefined);
      expect(await run(message)).to.equal('sent');
      for (const gone of ['dueAt', 'givenUpAt']) expect(await rowOf(message)).to.not.have.property(gone);
    });

    it('is sent by a replay before the shop has heard of it: then there is nothing to tell', async () => {
      const message = await ask();
      await store(message);
      expect(await run(message)).to.equal('sent');
      expect(await nextJobOf(message)).to.equal(undefined);
    });

    it('waits for its user where a replay finds that they did not agree, whatever the shop hears meanwhile', async () => {
      const message = await ask();
      await store(message);
      answer = refuseBy('MESSAGE_NOT_SUBSCRIBED');
      expect(await run(message)).to.equal('waiting');
      await stored().endReport(message.key, 'queued');
      expect(await rowOf(message)).to.deep.include({ dueAt: message.usefulUntil });
      expect(await nextJobOf(message)).to.equal('send-message');
    });

    it('is unknown if it was on its way', async () => {
      const message = await ask();
      await stored().beginSending(message.key, 's');
      await store(message);
      expect(await rowOf(message)).to.include({ state: 'unknown' });
      expect(await nextJobOf(message)).to.equal('report-message');
      expect(await run(message)).to.equal('already_settled');
      expect(called).to.deep.equal([]);
    });
  });

  describe('whose app has another secret since', () => {
    const changed = (secrets: Partial<App>) => {
      const apps = new Map([[appId, { ...appOf(appId), ...secrets }]]);
      return { directory: { merchants: new Map(), apps } };
    };

    it('is opened with the one before', async () => {
      const message = await ask();
      const { appSecret } = appOf(appId);
      const secrets = { appSecret: 'new-secret', appSecretPrevious: appSecret };
      expect(await run(message, changed(secrets))).to.equal('sent');
    });

    it('is for a person to mend where that is gone too', async () => {
      const message = await ask();
      expect(await run(message, changed({ appSecret: 'new-secret' }))).to.equal('MESSAGE_CONTENT_UNREADABLE');
      expect(called).to.deep.equal([]);
    });

    it('is not opened as another one’s', async () => {
      const { sealed = '' } = await ask();
      expect(await run(await ask(subscribe, { sealed }))).to.equal('MESSAGE_CONTENT_UNREADABLE');
    });
  });

  it('to a person who is forgotten is not sent, and nothing of it is kept', async () => {
    const message = await ask(subscribe, { withFallback: true });
    const { openId } = message;
    await worker.context.store.userData.forget({ appId, openId }, new Date());
    expect(await run(message)).to.equal('already_settled');
    expect(called).to.deep.equal([]);
    const row = await rowOf(message);
    expect(row.state).to.equal('expired');
    for (const gone of ['openId', 'sealed', 'fallback', 'dueAt']) expect(row).to.not.have.property(gone);
  });

  describe('with a fallback', () => {
    const dueFallbackOf = async (message: Message) => {
      const { fallbackId = '' } = await rowOf(message);
      return await stored().find(toMessageKey(mchId, fallbackId));
    };

    it('is told by the service account once it expired, and only then', async () => {
      const message = await ask(subscribe, { withFallback: true });
      answer = refuseBy('MESSAGE_NOT_SUBSCRIBED');
      expect(await run(message)).to.equal('waiting');
      expect(await dueFallbackOf(message)).to.equal(undefined);
      aheadMs = 61 * minuteMs;
      expect(await run(message)).to.equal('expired');
      const fallback = (await dueFallbackOf(message)) ?? expect.fail('no fallback');
      expect(fallback).to.include({
        state: 'queued',
        channel: 'template',
        openId: `${message.openId}-follower`,
      });
      expect(fallback.dueAt).to.be.an.instanceOf(Date);
      for (const gone of ['fallback', 'dueAt']) expect(await rowOf(message)).to.not.have.property(gone);
      aheadMs = 0;
      answer = async () => ({ kind: 'sent' });
      expect(await run(fallback)).to.equal('sent');
      expect(called.at(-1)).to.include({ url: 'https://example.com/order' });
    });

    it('is told by it when WeChat refused for good, once', async () => {
      const message = await ask(subscribe, { withFallback: true });
      answer = refuseBy('MESSAGE_REFUSED');
      expect(await run(message)).to.equal('refused');
      const fallback = await dueFallbackOf(message);
      expect(await run(message)).to.equal('already_settled');
      expect(await dueFallbackOf(message)).to.deep.equal(fallback);
    });

    it('is told by it when WeChat reports that it did not arrive', async () => {
      const message = await ask(subscribe, { withFallback: true });
      expect(await run(message)).to.equal('sent');
      const { openId } = message;
      const refused = { state: 'refused', facts: { reportCode: '1' } } as const;
      const reportId = String((await rowOf(message)).facts.msgId);
      await stored().report({ appId, openId, templateId, reportId, ...refused });
      expect((await rowOf(message)).dueAt).to.be.an.instanceOf(Date);
      await run(message);
      expect(await dueFallbackOf(message)).to.include({ state: 'queued' });
    });

    it('is told by it although the process died before the fallback was opened', async () => {
      const message = await ask(subscribe, { withFallback: true });
      await stored().settle(message.key, 'expired');
      const due = await rowOf(message);
      expect(due).to.include({ rounds: 1 });
      expect(due.dueAt).to.be.an.instanceOf(Date);
      await run(message);
      expect(await dueFallbackOf(message)).to.include({ state: 'queued' });
    });

    for (const [what, end] of [
      ['arrived', 'delivered'],
      ['may have arrived', 'unknown'],
      ['was taken back', 'cancelled'],
    ] as const) {
      it(`is not told by it when it ${what}`, async () => {
        const message = await ask(subscribe, { withFallback: true });
        if (end !== 'cancelled') await stored().beginSending(message.key, 's');
        await stored().settle(message.key, end);
        await run(message);
        expect(await dueFallbackOf(message)).to.equal(undefined);
        expect(await nextJobOf(message)).to.equal(end === 'unknown' ? 'report-message' : undefined);
      });
    }
  });

  describe('of a service account', () => {
    it('has a client_msg_id that is the same in every attempt, and WeChat’s length', async () => {
      const message = await ask(template);
      answer = silence;
      expect(await run(message)).to.equal('WECHAT_UNREACHABLE');
      expect(await rowOf(message)).to.include({ state: 'sending' });
      answer = async () => ({ kind: 'sent', msgId: '1' });
      expect(await run(message)).to.equal('sent');
      const ids = called.map((one) => ('clientMsgId' in one ? one.clientMsgId : ''));
      expect(new Set(ids).size).to.equal(1);
      expect(ids[0]).to.match(/^[0-9a-f]{32}$/);
      expect(await rowOf(message)).to.include({ state: 'sent', attempts: 2 });
    });

    it('whose worker died between sending and the answer is sent again while WeChat knows it', async () => {
      const message = await ask(template);
      await stored().beginSending(message.key, 'of-the-dead');
      aheadMs = 7 * minuteMs;
      expect(await run(message)).to.equal('sent');
      expect(called).to.have.length(1);
    });

    it('and later is unknown, and never sent again', async () => {
      const message = await ask(template);
      answer = silence;
      await run(message);
      aheadMs = 9 * minuteMs;
      answer = async () => ({ kind: 'sent' });
      expect(await run(message)).to.equal('unknown');
      expect(called).to.have.length(1);
    });

    it('counts the time from the first call, however often it is tried', async () => {
      const message = await ask(template);
      answer = silence;
      for (aheadMs of [0, 4 * minuteMs, 7 * minuteMs])
        expect(await run(message)).to.equal('WECHAT_UNREACHABLE');
      aheadMs = 9 * minuteMs;
      expect(await run(message)).to.equal('unknown');
      expect(called).to.have.length(3);
    });

    it('that may have been sent is not refused by what WeChat says to the repetition', async () => {
      const message = await ask(template);
      answer = silence;
      await run(message);
      answer = refuseBy('WECHAT_QUOTA_EXHAUSTED');
      expect(await run(message)).to.equal('WECHAT_QUOTA_EXHAUSTED');
      expect(await rowOf(message)).to.include({ state: 'sending' });
      answer = refuseBy('MESSAGE_REFUSED');
      expect(await run(message)).to.equal('unknown');
    });

    it('to somebody who does not follow it is refused, and waits for nothing', async () => {
      const message = await ask(template);
      answer = refuseBy('MESSAGE_NOT_SUBSCRIBED');
      expect(await run(message)).to.equal('refused');
      expect(await rowOf(message)).to.not.have.property('waitingSince');
    });
  });
});
