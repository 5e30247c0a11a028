import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, toCheckOrderNo } from '@huidiao/contracts';
import { type CheckTimes, verifyCallback } from '@huidiao/merchant-api';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { writeMerchantsFile } from './merchants-file.ts';
import { waitFor } from './wait-for.ts';

const quick: Partial<CheckTimes> = { scanMs: 60_000, refundMs: 60_000, lookMs: 20, askMs: 50, againMs: 10 };

/** The merchant's former system, which would not know a check's order. */
const passedThrough = {
  name: 'former',
  url: 'http://127.0.0.1:9/notify',
  events: ['*'],
  allowPrivateNetwork: true,
  timeoutMs: 1_000,
};

/** The command, typed by somebody who looks at what it prints. */
interface Typed {
  readonly printed: () => string;
  readonly stop: () => void;
  readonly ended: Promise<{ code: number; out: string; err: string }>;
}

describe('verify-callback against WeChat Pay, an ingress and an order-worker', () => {
  let installation: Installation;
  let folder: string;
  let merchantsFile: string;
  before(async () => {
    installation = await startInstallation({
      without: ['merchant-api', 'message-worker', 'reconciler'],
      merchant: { passThrough: [passedThrough] },
    });
    folder = mkdtempSync(join(tmpdir(), 'verify-callback-'));
    merchantsFile = writeMerchantsFile(installation.directory, folder);
    installation.simulator.faults.set({ refund_delay_ms: 50 });
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await installation.close();
  });
  // What one test leaves to be ended is not for the next one to end.
  afterEach(async () => {
    installation.simulator.faults.set({ api: [], refund_delay_ms: 50 });
    await waitFor('the latest check to be over', async () => {
      const latest = await order(toCheckOrderNo((await nextCount()) - 1));
      return latest?.status === 'closed' || latest?.refunds[0]?.status === 'SUCCESS' || latest === undefined;
    });
  });

  function type(args: string[], times: Partial<CheckTimes> = {}, env: Record<string, string> = {}): Typed {
    const stopping = new AbortController();
    let out = '';
    let err = '';
    const ended = verifyCallback(['--merchant', testMerchant.mchId, ...args], {
      env: {
        MONGODB_URI: installation.mongoUri,
        MERCHANTS_FILE: merchantsFile,
        CALLBACK_BASE_URL: `http://127.0.0.1:${installation.ingressPort}`,
        WECHAT_PAY_API_URL: installation.simulator.uri,
        ...env,
      },
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      signal: stopping.signal,
      clock: systemClock,
      pause: async (ms, signal) => {
        await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
      },
      times: { ...quick, ...times },
    });
    return {
      printed: () => out,
      stop: () => stopping.abort(),
      ended: ended.then((code) => ({ code, out, err })),
    };
  }

  const seenCode = (typed: Typed): Promise<string> =>
    waitFor('a code to scan', () => /weixin:\/\/\S+(?=')/.exec(typed.printed())?.[0]);
  const order = (outTradeNo: string) => installation.store.orders.find(testMerchant.mchId, outTradeNo);
  async function nextCount(): Promise<number> {
    let count = 1;
    while ((await order(toCheckOrderNo(count))) !== undefined) count += 1;
    return count;
  }
  const atWeChat = (outTradeNo: string) => {
    const { orders, refunds } = installation.simulator.ledger(outTradeNo);
    return {
      state: orders[0]?.trade_state,
      refunds: refunds.map((refund) => `${refund.out_refund_no} ${refund.refund} ${refund.status}`),
    };
  };

  it('buys for 1 fen, gives it back, and proves both callbacks; the shop hears of nothing', async () => {
    const number = toCheckOrderNo(await nextCount());
    const typed = type(['--yes']);
    installation.simulator.payByScan({ codeUrl: await seenCode(typed) });
    const { code, out, err } = await typed.ended;
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.match(/an ingress answers at .*\n.*order \S+ is registered/);
    expect(out).to.match(
      /the payment callback came: notification \S+, received \S+, request \S+, worked: paid/,
    );
    expect(out).to.match(/the refund callback came: .* worked: refunded/);
    expect(out).to.match(/proven: .*\n$/);
    for (const line of out.split('\n').filter((each) => each.includes('callback came'))) {
      expect(line).to.match(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}/);
    }

    expect(atWeChat(number)).to.deep.equal({
      state: 'REFUND',
      refunds: [`${number}-R1 1 SUCCESS`],
    });
    expect(await order(number)).to.include({ status: 'paid', held: 'refunded', amountFen: 1 });
    expect(installation.shop.ledger()).to.include({ requests: 0 });
    for (const queue of ['order-fulfilment', 'event-forwarding'] as const) {
      for (const state of ['waiting', 'delayed', 'completed', 'failed'] as const) {
        expect(await installation.queues.list(queue, state, 10), `${queue} ${state}`).to.deep.equal([]);
      }
    }
  });

  it('buys nothing before it is told --yes, and says what it would do', async () => {
    const before = installation.simulator.ledger().calls.counts.prepay;
    const { code, out, err } = await type([]).ended;
    expect(code).to.equal(2);
    expect(out).to.equal('');
    expect(err).to.match(/1 fen[\s\S]*refund[\s\S]*Nothing was bought[\s\S]*--yes/);
    expect(installation.simulator.ledger().calls.counts.prepay).to.equal(before);
  });

  it('says where a callback may have stopped that does not come, and gives the money back', async () => {
    const number = toCheckOrderNo(await nextCount());
    const typed = type(['--yes'], { callbackMs: 300 });
    installation.simulator.payByScan({ codeUrl: await seenCode(typed) }, { drop: 20 });
    const { code, out, err } = await typed.ended;
    expect(code).to.equal(1);
    expect(out)
      .to.match(/WeChat Pay says that it is paid/)
      .and.to.not.match(/proven:/);
    expect(err).to.match(/not proven: the payment callback did not come within 0.3 s/);
    for (const place of [
      `/callbacks/wechat-pay/${testMerchant.mchId}: from here an ingress answers`,
      'TLS chain',
      '/readyz',
      '微信支付公钥',
      'huidiao_callbacks_total',
    ]) {
      expect(err).to.include(place);
    }
    expect(atWeChat(number).refunds).to.have.length(1);
  });

  it('closes the order when it is stopped before anybody paid', async () => {
    const number = toCheckOrderNo(await nextCount());
    const typed = type(['--yes']);
    await seenCode(typed);
    const open = await order(number);
    expect(
      open?.nextQueryAt,
      'a reconciler that asks would say what only a callback is to say',
    ).to.be.greaterThan(open?.timeExpire ?? new Date(0));
    typed.stop();
    const { code, out, err } = await typed.ended;
    expect(code).to.equal(1);
    expect(out).to.include(`${number} was not paid and is closed`);
    expect(err).to.include('not proven: stopped before the payment callback came');
    expect(atWeChat(number)).to.deep.equal({ state: 'CLOSED', refunds: [] });
    expect(await order(number)).to.include({ status: 'closed' });
  });

  it('closes the order when nobody pays in time', async () => {
    const number = toCheckOrderNo(await nextCount());
    const { code, err } = await type(['--yes'], { scanMs: 100 }).ended;
    expect(code).to.equal(1);
    expect(err).to.match(/nobody paid/);
    expect(atWeChat(number).state).to.equal('CLOSED');
  });

  it('says how to get the money back when WeChat Pay takes no refund, and refunds it first when run again', async () => {
    const number = toCheckOrderNo(await nextCount());
    const { simulator } = installation;
    const busy = { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误' } };
    simulator.faults.set({ api: [{ api: 'refund', moment: 'before', answer: busy, times: 3 }] });
    const typed = type(['--yes']);
    simulator.payByScan({ codeUrl: await seenCode(typed) });
    const { code, err } = await typed.ended;
    expect(code).to.equal(1);
    expect(err)
      .to.include(number)
      .and.match(/run this command again[\s\S]*商户平台/);
    expect(atWeChat(number).refunds).to.deep.equal([]);

    const again = await type([]).ended;
    expect(again.code).to.equal(2);
    expect(again.out).to.include(`${number}, is not over`).and.include(`${number} was paid; its 1 fen is`);
    await waitFor('the refund to be through', () => atWeChat(number).refunds[0]?.includes('SUCCESS'));
    expect(atWeChat(number).refunds).to.deep.equal([`${number}-R1 1 SUCCESS`]);
  });

  it('refunds once where WeChat Pay did it and failed to say so', async () => {
    const number = toCheckOrderNo(await nextCount());
    const { simulator } = installation;
    simulator.faults.set({ api: [{ api: 'refund', moment: 'after', answer: 'reset', times: 1 }] });
    const typed = type(['--yes']);
    simulator.payByScan({ codeUrl: await seenCode(typed) });
    const { code, err } = await typed.ended;
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(atWeChat(number).refunds).to.deep.equal([`${number}-R1 1 SUCCESS`]);
  });

  it('gives back what was paid for a number that only WeChat Pay knows, and takes the next one', async () => {
    const count = await nextCount();
    const [number, next] = [toCheckOrderNo(count), toCheckOrderNo(count + 1)];
    const { simulator } = installation;
    simulator.payDirectly({
      mchId: testMerchant.mchId,
      appId: testMerchant.appId,
      openId: 'o-somebody',
      outTradeNo: number,
      totalFen: 1,
      notifyUrl: `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`,
    });
    const typed = type(['--yes']);
    simulator.payByScan({ codeUrl: await seenCode(typed) });
    const { code, out, err } = await typed.ended;
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.include(`${number} already`).and.include(`order ${next} is registered`);
    expect(atWeChat(number).refunds).to.have.length(1);
  });

  it('tells of a refund that takes its time, and that nothing is wrong', async () => {
    const number = toCheckOrderNo(await nextCount());
    const { simulator } = installation;
    simulator.faults.set({ refund_course: 'PROCESSING' });
    try {
      const typed = type(['--yes'], { refundMs: 200 });
      simulator.payByScan({ codeUrl: await seenCode(typed) });
      const { code, err } = await typed.ended;
      expect(code).to.equal(1);
      expect(err).to.match(
        /the payment callback is proven, the one of the refund is not yet[\s\S]*nothing is wrong/,
      );
    } finally {
      simulator.faults.set({ refund_course: 'SUCCESS' });
    }
    simulator.settleRefund(testMerchant.mchId, `${number}-R1`, 'SUCCESS');
    await waitFor('the refund to be known', async () => (await order(number))?.held === 'refunded');
    const { out } = await type([]).ended;
    expect(out, 'an earlier check that is over').to.equal('');
  });

  it('gives back at once what was paid when it is stopped before the callback came', async () => {
    const number = toCheckOrderNo(await nextCount());
    const typed = type(['--yes']);
    installation.simulator.payByScan({ codeUrl: await seenCode(typed) }, { drop: 20 });
    await waitFor('WeChat Pay to say that it is paid', () => typed.printed().includes('it is paid'));
    typed.stop();
    const { code, out } = await typed.ended;
    expect(code).to.equal(1);
    expect(out).to.include(`${number} was paid; its 1 fen is on its way back`);
    expect(atWeChat(number).refunds).to.have.length(1);
  });

  it('names our credentials where WeChat Pay refuses them, and leaves nothing that can be paid', async () => {
    const number = toCheckOrderNo(await nextCount());
    const wrong = JSON.parse(readFileSync(merchantsFile, 'utf8'));
    wrong.merchants[0].merchant_serial_no = 'ABCDEF0123456789';
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify(wrong));
    const { code, err } = await type(['--yes'], {}, { MERCHANTS_FILE: join(folder, 'wrong.json') }).ended;
    expect(code).to.equal(1);
    expect(err).to.match(/WECHAT_CREDENTIALS_REFUSED, remoteCode SIGN_ERROR, status 401/);
    expect(err).to.match(/merchant_private_key_file[\s\S]*merchant_serial_no/);
    expect(await order(number)).to.include({ status: 'closed' });
  });

  describe('of a service provider', () => {
    let simulator: Simulator;
    let env: Record<string, string>;
    before(async () => {
      const merchant = installation.directory.merchants.get(testMerchant.mchId);
      if (merchant === undefined) throw new Error('no merchant');
      const publicKey = createPublicKey(merchant.merchantPrivateKeyPem);
      simulator = await createSimulator({
        merchants: [
          {
            mchId: merchant.mchId,
            merchantSerialNo: merchant.merchantSerialNo,
            merchantPublicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
            apiV3Key: merchant.apiV3Key,
            appIds: [...merchant.appIds],
            isServiceProvider: true,
          },
        ],
      });
      const file = JSON.parse(readFileSync(merchantsFile, 'utf8'));
      file.merchants[0].service_provider = true;
      writeFileSync(join(folder, 'provider.json'), JSON.stringify(file));
      env = { MERCHANTS_FILE: join(folder, 'provider.json'), WECHAT_PAY_API_URL: simulator.uri };
    });
    after(() => simulator.close());

    it('lets WeChat Pay send its test callback, which costs nothing and wants no --yes', async () => {
      const { code, out, err } = await type([], {}, env).ended;
      expect(err).to.equal('');
      expect(code).to.equal(0);
      expect(out).to.match(
        /PUB_KEY_ID_[\s\S]*the callback came: notification \S+, .* worked: noted[\s\S]*proven: /,
      );
      const { notifications, orders } = simulator.ledger();
      expect(notifications.map((each) => each.event_type)).to.deep.equal(['SECURITY_ECHO.SUCCESS']);
      expect(orders).to.deep.equal([]);
    });

    it('says where the test callback may have stopped', async () => {
      simulator.faults.set({ delay_ms: 60_000 });
      try {
        const { code, err } = await type(['--timeout', '1'], { callbackMs: 100 }, env).ended;
        expect(code).to.equal(1);
        expect(err).to.match(/SECURITY_ECHO.SUCCESS did not come within 0.1 s[\s\S]*TLS chain/);
      } finally {
        simulator.faults.set({ delay_ms: 0 });
      }
    });

    it('says that the merchant may not, where WeChat Pay says so', async () => {
      const direct = { ...env, WECHAT_PAY_API_URL: installation.simulator.uri };
      const { code, err } = await type([], {}, direct).ended;
      expect(code).to.equal(1);
      expect(err).to.match(/security\/echo: WECHAT_REFUSED, remoteCode NO_AUTH[\s\S]*service_provider/);
    });
  });
});
