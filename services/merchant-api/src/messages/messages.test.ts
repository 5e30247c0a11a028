import { MerchantApiProblem } from '@huidiao/client';
import { type MessageResource, toMessageKey } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createQueueReader, type QueueReader } from '@huidiao/queue';
import { dropTestDatabase, type Message } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  appId,
  appIdWithoutSecret,
  codeOf,
  type LoginApi,
  mchId,
  newOpenId,
  startLoginApi,
} from '../sessions/login.fixture.test.ts';
import { serveCreateMessages } from './serve-create-messages.ts';
import { toMessageNames } from './to-requested-message.ts';

const accountId = 'wx9999999999999999';
const templateId = 'tmpl-pick-up';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
let keys = 0;

type Wanted = Readonly<Record<string, unknown>>;

/** A good message, of a name of its own. */
function wanted(changes: Wanted = {}): Wanted {
  keys += 1;
  return {
    idempotency_key: `pick-up-${keys}`,
    appid: appId,
    touser: newOpenId(),
    template_id: templateId,
    data: { thing1: { value: '手冲咖啡 250g' }, time2: { value: '2026年11月22日 15:01' } },
    page: 'pages/order?no=1',
    ...changes,
  };
}

const ofAccount = { channel: 'template', appid: accountId, page: undefined } as const;

describe('messages over HTTP', () => {
  let api: LoginApi;
  let queues: QueueReader;
  before(async () => {
    api = await startLoginApi();
    const app = api.apps.get(appId) ?? expect.fail('no app');
    const merchant = api.merchants.get(mchId) ?? expect.fail('no merchant');
    api.apps.set(accountId, { ...app, appId: accountId, kind: 'service_account' });
    api.merchants.set(mchId, { ...merchant, appIds: [...merchant.appIds, accountId] });
    const { url, prefix } = api.context.config.redis;
    queues = createQueueReader({ redis: { url }, prefix, logger: api.context.logger });
  });
  after(async () => {
    await queues?.close();
    await api?.close();
    if (api !== undefined) await dropTestDatabase(api.context.config.mongo.uri);
  });

  const stored = () => api.context.store.messages;
  const send = (...messages: Wanted[]) => api.client.createMessages({ body: { messages } as never });
  const countStored = async (...messages: Wanted[]) => {
    const names = messages.map(({ idempotency_key }) => toMessageNames(mchId, String(idempotency_key)));
    return (await stored().findAll(names.map(({ key }) => key))).length;
  };
  const keyOf = ({ message_id }: MessageResource) => toMessageKey(mchId, message_id);

  async function queue(changes: Wanted = {}): Promise<{ resource: MessageResource; row: Message }> {
    const { body } = await send(wanted(changes));
    const [resource = expect.fail('no message')] = body.messages;
    return { resource, row: (await stored().find(keyOf(resource))) ?? expect.fail('no row') };
  }

  async function problemOf(work: Promise<unknown>): Promise<MerchantApiProblem> {
    const error = await work.catch((failed: unknown) => failed);
    return error instanceof MerchantApiProblem ? error : expect.fail(`no problem: ${JSON.stringify(error)}`);
  }
  const fieldsOf = async (work: Promise<unknown>) => {
    const { status, code, problem } = await problemOf(work);
    return [`${status} ${code}`, ...(problem.errors ?? []).map(({ field }) => field)];
  };

  it('a message is queued, and its job waits in Redis', async () => {
    const { status, body } = await send(wanted({ idempotency_key: 'first' }));
    const [message = expect.fail('no message')] = body.messages;
    expect(status).to.equal(201);
    expect(message).to.deep.include({
      idempotency_key: 'first',
      appid: appId,
      channel: 'subscribe',
      template_id: templateId,
      state: 'queued',
      attempts: 0,
    });
    expect(Date.parse(message.useful_until) - Date.parse(message.send_at)).to.equal(dayMs);
    const job = await queues.find('subscribe-message', keyOf(message), 'live');
    expect(job?.payload).to.include({ mchId, messageKey: keyOf(message) });
  });

  it('what a message says and to whom is in no log, no answer, and not in clear in the store', async () => {
    const openId = newOpenId();
    const secret = '只给她一个人看';
    const { resource, row } = await queue({ touser: openId, data: { thing1: { value: secret } } });
    for (const text of [JSON.stringify(resource), api.logged.join('')]) {
      expect(text).to.not.include(secret).and.not.include(openId);
    }
    expect(JSON.stringify(row)).to.not.include(secret);
    expect(row.sealed).to.match(/^v1\./);
  });

  it('the same request again is the same message, however it is spelled', async () => {
    const data = { thing1: { value: '茶' }, amount2: { value: '¥1.00' } };
    const send_at = new Date(Date.now() + 60 * minuteMs);
    const first = await send(
      wanted({ idempotency_key: 'again', touser: 'o-1', data, send_at: send_at.toISOString() }),
    );
    const spelled = {
      data: { amount2: { value: '¥1.00' }, thing1: { value: '茶' } },
      send_at: `${new Date(send_at.getTime() + 8 * 60 * minuteMs).toISOString().slice(0, -1)}+08:00`,
    };
    const again = await send(wanted({ idempotency_key: 'again', touser: 'o-1', ...spelled }));
    expect([first.status, again.status]).to.deep.equal([201, 200]);
    expect(again.body).to.deep.equal(first.body);
  });

  it('of a request that another one overtakes with other content under one of its keys none is told', async () => {
    const [own, shared, scheduled] = [wanted(), wanted(), wanted({ send_at: new Date(Date.now() + dayMs) })];
    const messages = stored();
    const { findAll } = messages;
    // Both have looked for conflicts before either is stored.
    messages.findAll = async (keys) => {
      messages.findAll = findAll;
      const found = await findAll(keys);
      expect((await send({ ...shared, data: { thing1: { value: '茶' } } })).status).to.equal(201);
      return found;
    };
    const overtaken = send(own, shared, scheduled);
    expect(await fieldsOf(overtaken)).to.deep.equal(['409 MESSAGE_CONFLICT', 'messages.1.idempotency_key']);
    for (const { idempotency_key } of [own, scheduled]) {
      const { key } = toMessageNames(mchId, String(idempotency_key));
      expect((await messages.find(key))?.state).to.equal('cancelled');
      expect(await queues.find('subscribe-message', key, 'bulk')).to.equal(undefined);
    }
    const { key } = toMessageNames(mchId, String(shared.idempotency_key));
    expect((await messages.find(key))?.state, 'that of the other request').to.equal('queued');
  });

  it('20 requests for one message at once make one', async () => {
    const message = wanted();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(message)));
    const ids = new Set(answers.map(({ body }) => body.messages[0]?.message_id));
    expect(ids.size).to.equal(1);
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
  });

  for (const [what, change] of [
    ['another user', { touser: 'o-another' }],
    ['another text', { data: { thing1: { value: 'tea' } } }],
    ['another time', { send_at: new Date(Date.now() + dayMs).toISOString() }],
    ['another page', { page: 'pages/other' }],
  ] as const) {
    it(`${what} under the same name is a conflict, which says which message`, async () => {
      const message = wanted();
      await send(message);
      const others = [wanted(), { ...message, ...change }];
      expect(await fieldsOf(send(...others))).to.deep.equal([
        '409 MESSAGE_CONFLICT',
        'messages.1.idempotency_key',
      ]);
      expect(await countStored(...others)).to.equal(1);
    });
  }

  it('names are those of one merchant', async () => {
    const message = wanted({ appid: 'wx2222222222222222' });
    const own = await send(message);
    const others = await api.otherClient.createMessages({ body: { messages: [message] } as never });
    expect(others.status).to.equal(201);
    expect(others.body.messages[0]?.message_id).to.not.equal(own.body.messages[0]?.message_id);
  });

  it('of many messages none is stored where one is wrong', async () => {
    const messages = [wanted(), wanted({ data: { thing1: { value: 'x'.repeat(21) } } }), wanted()];
    expect(await fieldsOf(send(...messages))).to.deep.equal([
      '400 REQUEST_INVALID',
      'messages.1.data.thing1.value',
    ]);
    expect(await fieldsOf(send(wanted({ appid: 'wx0000000000000009' }), ...messages.slice(2)))).to.deep.equal(
      ['400 REQUEST_INVALID', 'messages.0.appid'],
    );
    expect(await countStored(...messages)).to.equal(0);
  });

  it('a hundred messages fit into one request, and wait in the bulk lane', async () => {
    const { status, body } = await send(
      ...Array.from({ length: 100 }, () => wanted({ data: { thing1: { value: '一'.repeat(20) } } })),
    );
    expect(status).to.equal(201);
    expect(new Set(body.messages.map(({ message_id }) => message_id)).size).to.equal(100);
    const [message = expect.fail('none')] = body.messages;
    expect(await queues.find('subscribe-message', keyOf(message), 'bulk')).to.not.equal(undefined);
    expect(await fieldsOf(send(...Array.from({ length: 101 }, () => wanted())))).to.deep.equal([
      '400 REQUEST_INVALID',
      'messages',
    ]);
  });

  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
  const fallback = {
    appid: accountId,
    touser: 'o-follower',
    template_id: 'T',
    data: { thing1: { value: 'tea' } },
  };
  const wrong: readonly (readonly [string, () => Wanted, string])[] = [
    ['an app of nobody', () => ({ appid: 'wx0000000000000009' }), 'appid'],
    ['an app without a secret', () => ({ appid: appIdWithoutSecret }), 'appid'],
    ['a service account as a mini-program', () => ({ appid: accountId }), 'channel'],
    ['a mini-program as a service account', () => ({ ...ofAccount, appid: appId }), 'channel'],
    ['an empty value', () => ({ data: { thing1: { value: '' } } }), 'data.thing1.value'],
    ['a line break', () => ({ data: { thing1: { value: 'a\nb' } } }), 'data.thing1.value'],
    ['no data', () => ({ data: {} }), 'data'],
    ['a keyword of no kind', () => ({ data: { thng1: { value: 'tea' } } }), 'data.thng1'],
    ['a keyword without a number', () => ({ data: { thing: { value: 'tea' } } }), 'data.thing'],
    ['an amount without digits', () => ({ data: { amount1: { value: 'free' } } }), 'data.amount1.value'],
    ['an address as the page', () => ({ page: 'https://example.com' }), 'page'],
    ['a url of a mini-program', () => ({ url: 'https://example.com' }), 'url'],
    ['a page of a service account', () => ({ ...ofAccount, page: 'pages/order' }), 'page'],
    ['a fallback of a service account', () => ({ ...ofAccount, fallback }), 'fallback'],
    ['a fallback to a mini-program', () => ({ fallback: { ...fallback, appid: appId } }), 'fallback.channel'],
    [
      'a fallback to nobody’s',
      () => ({ fallback: { ...fallback, appid: 'wx0000000000000009' } }),
      'fallback.appid',
    ],
    ['a time beyond 30 days', () => ({ send_at: inMs(30 * dayMs + minuteMs) }), 'send_at'],
    ['a time without an offset', () => ({ send_at: '2026-12-01T10:00:00' }), 'send_at'],
    ['a use that is over', () => ({ useful_until: inMs(-minuteMs) }), 'useful_until'],
    ['a use before its time', () => ({ send_at: inMs(dayMs), useful_until: inMs(minuteMs) }), 'useful_until'],
    ['a use beyond 7 days', () => ({ useful_until: inMs(7 * dayMs + minuteMs) }), 'useful_until'],
    ['a name with a space', () => ({ idempotency_key: 'a b' }), 'idempotency_key'],
  ];
  for (const [what, change, field] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await fieldsOf(send(wanted(change())))).to.deep.equal([
        '400 REQUEST_INVALID',
        `messages.0.${field}`,
      ]);
    });
  }

  it('refuses an app that only another merchant has', async () => {
    const body = { messages: [wanted()] } as never;
    expect(await fieldsOf(api.otherClient.createMessages({ body }))).to.deep.equal([
      '400 REQUEST_INVALID',
      'messages.0.appid',
    ]);
  });

  it('refuses one name twice in a request', async () => {
    const twice = wanted();
    expect(await fieldsOf(send(twice, wanted(), twice))).to.deep.equal([
      '400 REQUEST_INVALID',
      'messages.2.idempotency_key',
    ]);
  });

  it('a scheduled message has no job before its time', async () => {
    const send_at = inMs(29 * dayMs);
    const { resource, row } = await queue({ send_at });
    expect(resource).to.include({ state: 'queued', send_at });
    expect(row.dueAt?.toISOString()).to.equal(send_at);
    expect(await queues.find('subscribe-message', row.key, 'live')).to.equal(undefined);
  });

  it('a request that outlived its times is still the same message', async () => {
    const message = wanted({ useful_until: inMs(minuteMs) });
    await send(message);
    api.aheadMs = 2 * minuteMs;
    try {
      expect((await send(message)).status).to.equal(200);
    } finally {
      api.aheadMs = 0;
    }
  });

  it('a message with a fallback is given up early, for the fallback to be of use', async () => {
    const { resource, row } = await queue({ fallback: { ...fallback, after_minutes: 3 } });
    expect(Date.parse(resource.useful_until) - Date.parse(resource.send_at)).to.equal(3 * minuteMs);
    expect(row.fallback).to.include({ appId: accountId, openId: 'o-follower', channel: 'template' });
    expect(JSON.stringify(row.fallback)).to.not.include('tea');
  });

  it('is taken although Redis is away, and left to the reconciler', async () => {
    const add = () => Promise.reject(new AppError('QUEUE_UNAVAILABLE'));
    const { store, logger } = api.context;
    const clock = { now: () => new Date() };
    const directory = { apps: api.apps };
    const handle = serveCreateMessages({
      messages: store.messages,
      directory,
      producer: { add },
      clock,
      logger,
    });
    const merchant = api.merchants.get(mchId) ?? expect.fail('no merchant');
    const message = wanted();
    const request = {
      body: { messages: [{ ...message, channel: 'subscribe' }] },
      caller: { kind: 'api_key', merchant, keyId: 'k' },
      facts: { requestId: 'r', startedAtMs: 0, route: '' },
    };
    const reply = await handle(request as never);
    expect(reply).to.include({ status: 201 });
    const key = toMessageNames(mchId, String(message.idempotency_key)).key;
    expect((await stored().find(key))?.dueAt).to.be.below(new Date(Date.now() + minuteMs));
  });

  describe('a message that is there', () => {
    it('is read by its merchant alone', async () => {
      const { resource } = await queue();
      const params = { message_id: resource.message_id };
      expect((await api.client.readMessage({ params })).body).to.deep.equal(resource);
      expect(await codeOf(api.otherClient.readMessage({ params }))).to.equal('404 MESSAGE_NOT_FOUND');
      expect(await codeOf(api.otherClient.cancelMessage({ params }))).to.equal('404 MESSAGE_NOT_FOUND');
      expect(await codeOf(api.client.readMessage({ params: { message_id: '0'.repeat(32) } }))).to.equal(
        '404 MESSAGE_NOT_FOUND',
      );
    });

    it('says why it waits and what WeChat said of it', async () => {
      const { row, resource } = await queue();
      const params = { message_id: resource.message_id };
      await stored().wait(row.key, { errorCode: 'MESSAGE_NOT_SUBSCRIBED', remoteCode: 43101, rid: 'r-1' });
      expect((await api.client.readMessage({ params })).body)
        .to.include({
          state: 'queued',
          error_code: 'MESSAGE_NOT_SUBSCRIBED',
          remote_code: '43101',
          rid: 'r-1',
        })
        .and.to.have.property('waiting_since');
      await stored().beginSending(row.key, 's');
      await stored().settle(row.key, 'sent', { msgId: '3289406145216544769' });
      const { openId = '' } = row;
      const report = { reportCode: '0', reportStatus: 'success' };
      await stored().report({
        appId,
        openId,
        templateId,
        reportId: '3289406145216544769',
        state: 'delivered',
        facts: report,
      });
      expect((await api.client.readMessage({ params })).body).to.deep.include({
        state: 'delivered',
        msg_id: '3289406145216544769',
        report: { code: '0', status: 'success' },
      });
    });

    it('is taken back before it is sent, once and for all', async () => {
      const { row, resource } = await queue({ fallback });
      const params = { message_id: resource.message_id };
      expect((await api.client.cancelMessage({ params })).body).to.include({ state: 'cancelled' });
      expect((await api.client.cancelMessage({ params })).body).to.include({ state: 'cancelled' });
      expect(await stored().beginSending(row.key, 's')).to.equal(false);
      const left = await stored().find(row.key);
      for (const gone of ['sealed', 'dueAt', 'fallback']) expect(left).to.not.have.property(gone);
    });

    it('is taken back while it waits for a consent', async () => {
      const { row, resource } = await queue();
      await stored().wait(row.key, {});
      const { body } = await api.client.cancelMessage({ params: { message_id: resource.message_id } });
      expect(body).to.include({ state: 'cancelled' }).and.not.to.have.property('waiting_since');
    });

    for (const state of ['sending', 'sent', 'unknown', 'expired'] as const) {
      it(`is not taken back when it is ${state}`, async () => {
        const { row, resource } = await queue();
        if (state !== 'expired') await stored().beginSending(row.key, 's');
        if (state !== 'sending') await stored().settle(row.key, state);
        const params = { message_id: resource.message_id };
        expect(await codeOf(api.client.cancelMessage({ params }))).to.equal('409 MESSAGE_NOT_CANCELLABLE');
        expect((await stored().find(row.key))?.state).to.equal(state);
      });
    }
  });

  describe('what a user answered in the page', () => {
    const report = (token: string, answers: Record<string, string>) =>
      api.clientOf(token).reportConsents({ body: { answers } as never });

    async function waiting(): Promise<{ openId: string; token: string; rows: Message[] }> {
      const openId = newOpenId();
      const rows: Message[] = [];
      for (const _ of [1, 2]) {
        const { row } = await queue({ touser: openId });
        await stored().beginSending(row.key, 's');
        const refused = { errorCode: 'MESSAGE_NOT_SUBSCRIBED' };
        rows.push(
          (await stored().wait(row.key, refused, { sendingId: 's' })) ?? expect.fail('does not wait'),
        );
      }
      return { openId, rows, token: await api.logIn(openId) };
    }
    const isWaiting = async ({ key }: Message) => (await stored().find(key))?.waitingSince !== undefined;

    it('wakes the message that has waited longest, and counts no consent', async () => {
      const { openId, token, rows } = await waiting();
      expect((await report(token, { [templateId]: 'acceptWithAlert' })).body).to.deep.equal({ woken: 1 });
      expect(await Promise.all(rows.map(isWaiting))).to.deep.equal([false, true]);
      const [oldest = expect.fail('none')] = rows;
      expect((await stored().find(oldest.key))?.facts).to.include({ acceptedInPage: true });
      expect(await queues.find('subscribe-message', `${oldest.key}~heal-2`, 'live')).to.not.equal(undefined);
      const { consents } = api.context.store;
      expect(await consents.state({ appId, openId, templateId })).to.deep.equal({ state: 'unknown' });
    });

    for (const answer of ['reject', 'ban', 'filter']) {
      it(`wakes nothing when it was ${answer}`, async () => {
        const { token, rows } = await waiting();
        expect((await report(token, { [templateId]: answer })).body).to.deep.equal({ woken: 0 });
        expect(await Promise.all(rows.map(isWaiting))).to.deep.equal([true, true]);
      });
    }

    it('wakes nobody else’s message, nor one of another template', async () => {
      const { rows } = await waiting();
      const stranger = await api.logIn(newOpenId());
      const answers = { [templateId]: 'accept', another: 'accept' };
      expect((await report(stranger, answers)).body).to.deep.equal({ woken: 0 });
      expect(await Promise.all(rows.map(isWaiting))).to.deep.equal([true, true]);
    });

    it('has a message tried five times at most, however often the page reports', async () => {
      const { token, rows } = await waiting();
      const [oldest = expect.fail('none'), newer = expect.fail('none')] = rows;
      await stored().settle(newer.key, 'cancelled');
      let tried = 1;
      for (let reports = 0; reports < 10; reports += 1) {
        const { woken } = (await report(token, { [templateId]: 'accept' })).body;
        if (woken === 0) continue;
        tried += 1;
        await stored().beginSending(oldest.key, `s-${reports}`);
        await stored().wait(oldest.key, {}, { sendingId: `s-${reports}` });
      }
      expect(tried).to.equal(5);
      expect(await stored().find(oldest.key)).to.include({ attempts: 5 });
    });
  });
});
