import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { createSimulator, type Simulator } from '../index.ts';
import {
  apiV2Key,
  appId,
  createReceiver,
  encodingAesKey,
  openResource,
  pushToken,
  type Received,
  type Receiver,
  type ReceiverAnswer,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { runSimulate } from './run-simulate.ts';

const acknowledgement = '<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>';

describe('npm run simulate', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  let respond: (received: Received) => ReceiverAnswer | undefined;
  before(async () => {
    receiver = await createReceiver((received) => respond(received));
    simulator = await createSimulator({
      merchants: [{ ...testMerchant, apiV2Key }],
      apps: [{ ...testApp, push: { token: pushToken, encodingAesKey, mode: 'safe', format: 'json' } }],
    });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    respond = ({ url }) => {
      if (url.includes('wechat-pay-v2')) return { status: 200, body: acknowledgement };
      return url.includes('mini-program') ? { status: 200, body: 'success' } : 204;
    };
  });

  const origin = (): string => new URL(receiver.url).origin;
  const run = async (
    args: readonly string[],
    env: NodeJS.ProcessEnv = { SIMULATOR_URL: simulator.uri, INGRESS_URL: origin() },
  ): Promise<{ code: number; out: string; err: string }> => {
    let [out, err] = ['', ''];
    const code = await runSimulate(args, {
      env,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    return { code, out, err };
  };
  const resource = (): Record<string, unknown> => {
    const envelope = JSON.parse(receiver.received.at(-1)?.body ?? '') as {
      resource: Parameters<typeof openResource>[0];
    };
    return JSON.parse(openResource(envelope.resource, testMerchant.apiV3Key)) as Record<string, unknown>;
  };

  it('sends an event by WeChat’s name or by an alias and tells what was answered', async () => {
    for (const name of ['REFUND.SUCCESS', 'refund', 'Refund.Success']) {
      const { code, out, err } = await run(['event', name]);
      expect([code, err], out).to.deep.equal([0, '']);
      expect(out).to.contain('REFUND.SUCCESS').and.contain('204 in').and.contain('acknowledged');
    }
    expect(receiver.received.map(({ url }) => url)).to.deep.equal(
      Array(3).fill(`/callbacks/wechat-pay/${testMerchant.mchId}`),
    );
  });

  it('adds the path of each kind of callback to the address of an ingress', async () => {
    for (const name of ['payment', 'payment-v2', 'popup'])
      expect((await run(['event', name])).code).to.equal(0);
    expect(receiver.received.map(({ url }) => url.split('?')[0])).to.deep.equal([
      `/callbacks/wechat-pay/${testMerchant.mchId}`,
      `/callbacks/wechat-pay-v2/${testMerchant.mchId}`,
      `/callbacks/mini-program/${appId}`,
    ]);
  });

  it('says what it is about, and changes members; ids stay text, amounts are numbers', async () => {
    const { code } = await run([
      ...['event', 'payment', '--set', 'out_trade_no=ORDER-7', '--set', 'total=700'],
      ...['--set', 'transaction_id=4200001234567890123456789012', '--field', 'amount.payer_total=1'],
      ...['--field', 'attach=null', '--field', 'bank_type=CMB', '--field', 'extra_id=12345678901234567890'],
    ]);
    expect(code).to.equal(0);
    expect(resource()).to.deep.include({
      out_trade_no: 'ORDER-7',
      transaction_id: '4200001234567890123456789012',
      bank_type: 'CMB',
      extra_id: '12345678901234567890',
    });
    expect(resource().amount).to.include({ total: 700, payer_total: 1 });
    expect(resource()).not.to.have.property('attach');
  });

  it('sends a push in the mode and format that is asked for', async () => {
    const { code, out } = await run([
      'event',
      'debug',
      '--mode',
      'plaintext',
      '--format',
      'xml',
      '--app',
      appId,
    ]);
    expect(code, out).to.equal(0);
    expect(receiver.received[0]?.body)
      .to.match(/^<xml>/)
      .and.not.contain('Encrypt');
    await run(['event', 'debug', '--mode', 'compatible', '--pad', '31', '--content-type', 'text/plain']);
    expect(receiver.received[1]?.body).to.contain('debug_demo').and.contain('Encrypt');
    expect(receiver.received[1]?.headers['content-type']).to.equal('text/plain');
  });

  it('leaves sign_type out of a callback of API v2', async () => {
    await run(['event', 'v2.payment', '--sign-type', 'HMAC-SHA256', '--no-sign-type']);
    expect(receiver.received[0]?.body).not.to.contain('sign_type');
  });

  it('ends with 1 where the receiver does not acknowledge, or does not answer', async () => {
    respond = () => ({ status: 503, body: '{"code":"FAIL"}' });
    const refused = await run(['event', 'payment']);
    expect(refused.code).to.equal(1);
    expect(refused.out).to.contain('503').and.contain('not acknowledged').and.contain('{"code":"FAIL"}');
    const nowhere = await run(['event', 'payment', '--url', 'http://127.0.0.1:9/nobody']);
    expect([nowhere.code, nowhere.out.includes('no answer')]).to.deep.equal([1, true]);
    const tampered = await run([
      'event',
      'payment',
      '--tamper',
      'serial',
      '--url',
      'http://127.0.0.1:9/nobody',
    ]);
    expect(tampered.code, 'silence is no refusal').to.equal(1);
  });

  it('a tampered event is right to be refused and wrong to be acknowledged', async () => {
    respond = () => 401;
    const refused = await run(['event', 'payment', '--tamper', 'signature']);
    expect([refused.code, refused.out.includes('refused')]).to.deep.equal([0, true]);
    respond = () => 204;
    const taken = await run(['event', 'payment', '--tamper', 'signature']);
    expect([taken.code, taken.out.includes('ACKNOWLEDGED')]).to.deep.equal([1, true]);
    const mayBe = await run(['event', 'payment', '--tamper', 'amount-as-text']);
    expect([mayBe.code, mayBe.out.includes('may be')]).to.deep.equal([0, true]);
  });

  it('goes through all ways that a kind of callback can be wrong', async () => {
    respond = () => 401;
    for (const [name, least] of [
      ['payment', 17],
      ['v2.refund', 12],
      ['debug', 20],
    ] as const) {
      const { code, out } = await run(['event', name, '--tamper', 'all']);
      expect(code, out).to.equal(0);
      expect(out.trim().split('\n').length, name).to.be.at.least(least);
    }
    respond = () => 204;
    expect((await run(['event', 'payment', '--tamper', 'all'])).code).to.equal(1);
  });

  it('announces an event with all its re-sends if asked', async () => {
    const { code, out } = await run(['event', 'refund', '--resend']);
    expect([code, out.includes('until it is acknowledged')]).to.deep.equal([0, true]);
    await simulator.clock.advance(1_000);
    expect(simulator.ledger().notifications.at(-1)).to.include({ state: 'acknowledged' });
  });

  it('saves the address of the message push by the GET check', async () => {
    respond = ({ url }) => ({
      status: 200,
      body: new URLSearchParams(url.split('?')[1]).get('echostr') ?? '',
    });
    const saved = await run(['push-address']);
    expect([saved.code, saved.out.includes('saved')], saved.out).to.deep.equal([0, true]);
    respond = () => ({ status: 200, body: '"quoted"' });
    const failed = await run(['push-address', '--url', receiver.url]);
    expect([failed.code, failed.out.includes('Token校验失败')]).to.deep.equal([1, true]);
  });

  it('lists names, aliases and ways of tampering, all or those with a word', async () => {
    const all = await run(['event', '--list']);
    expect(all.out)
      .to.contain('TRANSACTION.SUCCESS:combine')
      .and.contain('xpay-goods')
      .and.contain('v2.refund');
    expect(all.out).to.contain('lying-length').and.contain('header-missing').and.contain('doctype');
    const some = await run(['event', '--list', 'complaint']);
    expect(some.out).to.contain('COMPLAINT.CREATE').and.contain('complaint_callback').and.not.contain('v2.');
  });

  const wrong: readonly [string, readonly string[], string][] = [
    ['an unknown event', ['event', 'payscore'], 'did you mean'],
    ['no event', ['event'], 'which event?'],
    ['an unknown command', ['sned', 'payment'], 'no command sned'],
    ['an unknown option', ['event', 'payment', '--tampre', 'x'], '--tampre'],
    ['an unknown way of tampering', ['event', 'payment', '--tamper', 'everything'], 'header-missing'],
    [
      'a tamper that says nothing about it',
      ['event', 'v2.refund', '--tamper', 'sign'],
      'nothing that sign is about',
    ],
    ['a mode of something that is no push', ['event', 'payment', '--mode', 'safe'], 'no mode'],
    ['a mode that does not exist', ['event', 'debug', '--mode', 'secret'], 'mode'],
    ['padding that does not fit', ['event', 'debug', '--pad', '33'], 'pad'],
    ['an unknown merchant', ['event', 'payment', '--merchant', '1'], 'no merchant 1'],
    ['an unknown subject', ['event', 'payment', '--set', 'order=1'], 'order'],
    ['a pair that is none', ['event', 'payment', '--set', 'order'], 'NAME=VALUE'],
    ['two events', ['event', 'payment', 'refund'], 'one event at a time'],
  ];
  for (const [what, args, words] of wrong) {
    it(`${what} is refused in words that help, with 2`, async () => {
      const { code, err, out } = await run(args);
      expect([code, out], err).to.deep.equal([2, '']);
      expect(err).to.contain(words);
      expect(receiver.received).to.have.length(0);
    });
  }

  it('without an address that anybody named it says how to give one', async () => {
    const { code, err } = await run(['event', 'v2.payment'], { SIMULATOR_URL: simulator.uri });
    expect([code, err.includes('name a url')], err).to.deep.equal([2, true]);
  });

  it('where no simulator is, it says so', async () => {
    const nothing = await run(['event', 'payment', '--simulator', 'http://127.0.0.1:9']);
    expect([nothing.code, nothing.err.includes('npm start')], nothing.err).to.deep.equal([2, true]);
    const server = createServer((_, response) => response.writeHead(404).end('<html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const other = await run(['event', 'payment', '--simulator', url]);
      expect([other.code, other.err.includes('is that a simulator?')]).to.deep.equal([2, true]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('is a process whose exit code tells the outcome', async () => {
    const main = toNodeProgram(fileURLToPath(new URL('./main.ts', import.meta.url)));
    const args = toNodeWords(main, ['event', 'payment', '--url', receiver.url]);
    const env = { ...process.env, SIMULATOR_URL: simulator.uri };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).to.contain('acknowledged');
    respond = () => 500;
    const failed = await promisify(execFile)(process.execPath, args, { env }).catch(
      (error: unknown) => error,
    );
    expect(failed).to.include({ code: 1 });
  });
});
