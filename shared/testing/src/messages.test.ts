import { randomBytes } from 'node:crypto';
import type { App, MessageResource } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const { appId } = testMerchant;
const accountId = 'wxabcdef1234567890';
const appSecret = randomBytes(16).toString('hex');
const token = randomBytes(16).toString('hex');
const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const push = { token, encodingAesKey, mode: 'safe', format: 'json' } as const;
const ofApp = { appSecret, push, consents: 'kept', templates: { 'tmpl-ready': ['thing1'] } } as const;
const data = { thing1: { value: '咖啡好了' } };

describe('messages that a shop asks for', () => {
  let installation: Installation;
  let aheadMs = 0;
  let messages = 0;
  before(async () => {
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    installation = await startInstallation({
      simulator: {
        apps: [
          { ...ofApp, appId },
          { ...ofApp, appId: accountId, kind: 'service-account' },
        ],
      },
      app: { appSecret, push: { tokens: [token], encodingAesKeys: [encodingAesKey] } },
      merchant: { appIds: [appId, accountId] },
      shop: { events: ['message.undeliverable'] },
      reconciler: { clock },
      messageWorker: { clock },
    });
    const apps = installation.directory.apps as Map<string, App>;
    const app = apps.get(appId) ?? expect.fail('no app');
    apps.set(accountId, { ...app, appId: accountId, kind: 'service_account' });
    await installation.stopService('ingress');
    await installation.startService('ingress');
    for (const id of [appId, accountId]) {
      const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/mini-program/${id}`;
      await installation.simulator.checkPushAddress({ appId: id, url });
    }
  });
  after(() => installation.close());

  async function ask(changes: Record<string, unknown> = {}): Promise<MessageResource> {
    messages += 1;
    const openId = `o-user-${messages}`;
    const message = {
      idempotency_key: `m-${messages}`,
      appid: appId,
      touser: openId,
      template_id: 'tmpl-ready',
      data,
    };
    const { body } = await installation.client.createMessages({
      body: { messages: [{ ...message, ...changes }] } as never,
    });
    return body.messages[0] ?? expect.fail('no message');
  }

  async function until(message: MessageResource | string, isSo: (now: MessageResource) => boolean) {
    const message_id = typeof message === 'string' ? message : message.message_id;
    return await waitFor('the message', async () => {
      const { body } = await installation.client.readMessage({ params: { message_id } });
      return isSo(body) ? body : undefined;
    });
  }
  const sentTo = (openId: string) =>
    installation.simulator.ledger().messages.filter((sent) => sent.openId === openId && sent.errcode === 0);

  it('arrive at users who agreed, and the shop reads that they did', async () => {
    const touser = 'o-who-agreed';
    installation.simulator.grant({ appId, openId: touser, templateId: 'tmpl-ready' }, 1);
    const message = await ask({ touser, page: 'pages/ready' });
    const told = await until(message, ({ state }) => state === 'delivered');
    expect(told).to.deep.include({ attempts: 1, report: { code: '0', status: 'success' } });
    expect(sentTo(touser)).to.have.length(1);
  });

  it('arrive by the service account where WeChat refuses the other, once', async () => {
    const touser = 'o-follower';
    const fallback = {
      appid: accountId,
      touser,
      template_id: 'tmpl-ready',
      data,
      url: 'https://example.com/',
    };
    const message = await ask({ template_id: 'no-such-template', fallback });
    const refused = await until(message, ({ fallback_message_id }) => fallback_message_id !== undefined);
    expect(refused).to.include({ state: 'refused', remote_code: '40037' });
    const told = await until(refused.fallback_message_id ?? '', ({ state }) => state === 'delivered');
    expect(told).to.deep.include({ channel: 'template', report: { code: 'success' } });
    expect(sentTo(touser)).to.have.length(1);
  });

  it('that WeChat refuses are told to the shop, which did not ask for an order', async () => {
    const heard = () => installation.shop.ledger().outcomes.ignored ?? 0;
    const before = heard();
    const message = await ask({ template_id: 'no-such-template' });
    await until(message, ({ state }) => state === 'refused');
    await waitFor('the shop to hear of it', async () => heard() === before + 1);
  });

  it('are sent once by a service account although WeChat’s first answer was lost', async () => {
    const touser = 'o-follower-2';
    installation.simulator.faults.set({
      api: [{ api: 'template_send', moment: 'after', answer: 'reset', times: 1 }],
    });
    const message = await ask({ appid: accountId, channel: 'template', touser });
    await until(message, ({ state }) => state === 'sent' || state === 'delivered');
    expect(sentTo(touser)).to.have.length(1);
  });

  it('are unknown, and never sent again, where the answer about a subscription message was lost', async () => {
    const touser = 'o-unlucky';
    installation.simulator.grant({ appId, openId: touser, templateId: 'tmpl-ready' }, 5);
    installation.simulator.faults.set({
      api: [{ api: 'subscribe_send', moment: 'after', answer: 'reset', times: 1 }],
    });
    const message = await ask({ touser });
    await until(message, ({ state }) => state === 'unknown' || state === 'delivered');
    expect(sentTo(touser)).to.have.length(1);
  });

  it('wait for users who did not agree, and go out when their page says that they did: nobody tells of 总是保持', async () => {
    const touser = 'o-keeps';
    const message = await ask({ touser });
    await until(message, ({ waiting_since }) => waiting_since !== undefined);
    installation.simulator.grant({ appId, openId: touser, templateId: 'tmpl-ready' }, 1);
    const { code } = installation.simulator.login({ appId, openId: touser });
    const { body: session } = await installation
      .clientOf(undefined)
      .createSession({ body: { appid: appId, code } });
    const user = installation.clientOf(session.token);
    const answers = { 'tmpl-ready': 'accept' } as const;
    expect((await user.reportConsents({ body: { answers } })).body).to.deep.equal({ woken: 1 });
    await until(message, ({ state }) => state === 'sent' || state === 'delivered');
  });

  it('that are scheduled go out at their time, once', async () => {
    const touser = 'o-later';
    installation.simulator.grant({ appId, openId: touser, templateId: 'tmpl-ready' }, 5);
    const send_at = new Date(Date.now() + 3_600_000).toISOString();
    const [message, now] = [
      await ask({ touser, send_at }),
      await ask({ appid: accountId, channel: 'template' }),
    ];
    await until(now, ({ state }) => state !== 'queued' && state !== 'sending');
    expect(sentTo(touser), 'not yet').to.deep.equal([]);
    aheadMs = 3_600_000;
    await until(message, ({ state }) => state === 'sent' || state === 'delivered');
    expect(sentTo(touser)).to.have.length(1);
  });

  it('say nothing of themselves in any log', () => {
    const logged = installation.logLines.join('');
    expect(logged).to.not.include('咖啡好了').and.not.include('o-who-agreed').and.not.include('o-follower');
    expect(logged).to.include('send-message');
  });
});
