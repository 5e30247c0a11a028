import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import {
  type ApiFault,
  createSimulator,
  type FaultKind,
  faultKinds,
  faultMoments,
  type Simulator,
} from './index.ts';
import { createPayPlatform, mchId, type PayPlatform, totalFen } from './pay/pay-platform.fixture.test.ts';
import {
  type Answer,
  callPay,
  newOutTradeNo,
  prepayBody,
  testMerchant,
  verifySignature,
} from './wechat-simulator.fixture.test.ts';

describe('wechat-simulator: it did it, then failed to say so', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  before(async () => {
    platform = await createPayPlatform();
    simulator = platform.simulator;
  });
  after(() => platform.close());
  afterEach(() => simulator.faults.reset());

  // A buyer of its own each time: WeChat accepts one refund of a user at a time.
  const pay = (): string => platform.pay({ openId: `oBuyer-${newOutTradeNo()}` });
  const stateOf = (outTradeNo: unknown): string | undefined =>
    simulator.ledger(String(outTradeNo)).orders[0]?.trade_state;

  /** For each API that acts: a call, and whether WeChat did what it asked for. */
  const acts: [ApiFault['api'], () => Promise<{ call: () => Promise<Answer>; isDone: () => boolean }>][] = [
    [
      'prepay',
      async () => {
        const body = prepayBody(platform.receiver.url);
        return {
          call: () => platform.post('/pay/transactions/jsapi', body),
          isDone: () => stateOf(body.out_trade_no) === 'NOTPAY',
        };
      },
    ],
    [
      'close',
      async () => {
        const { outTradeNo: number } = await platform.prepay();
        return {
          call: () => platform.post(`/pay/transactions/out-trade-no/${number}/close`, { mchid: mchId }),
          isDone: () => stateOf(number) === 'CLOSED',
        };
      },
    ],
    [
      'refund',
      async () => {
        const outTradeNo = pay();
        const body = {
          out_trade_no: outTradeNo,
          out_refund_no: `R-${outTradeNo}`,
          amount: { refund: 1, total: totalFen, currency: 'CNY' },
        };
        return {
          call: () => platform.post('/refund/domestic/refunds', body),
          isDone: () => stateOf(outTradeNo) === 'REFUND',
        };
      },
    ],
    [
      'abnormal_refund',
      async () => {
        const outTradeNo = pay();
        const { refund } = simulator.refundAtConsole(mchId, outTradeNo, { course: 'ABNORMAL' });
        const body = { out_refund_no: refund.outRefundNo, type: 'MERCHANT_BANK_CARD' };
        return {
          call: () =>
            platform.post(`/refund/domestic/refunds/${refund.refundId}/apply-abnormal-refund`, body),
          isDone: () => refund.state === 'PROCESSING',
        };
      },
    ],
  ];

  for (const [api, prepare] of acts) {
    for (const kind of faultKinds) {
      it(`${api} ends in ${kind}, before or after it is done, and once more asked it is done`, async () => {
        for (const moment of faultMoments) {
          const { call, isDone } = await prepare();
          simulator.faults.set({ api: [{ api, moment, answer: kind, times: 1 }] });
          expect(await observe(simulator, call), moment).to.equal(kind);
          expect(isDone(), moment).to.equal(moment === 'after');
          const { status, text } = await call();
          expect(status, text).to.be.oneOf([200, 204]);
          expect(isDone()).to.equal(true);
        }
        const counts = simulator.ledger().calls.faults[api];
        expect(counts).to.include({ [`before_${kind}`]: 1, [`after_${kind}`]: 1 });
      });
    }
  }

  const reads: [ApiFault['api'], () => Promise<Answer>][] = [
    ['query', () => platform.get(`/pay/transactions/out-trade-no/NOBODYS?mchid=${mchId}`)],
    ['refund_query', () => platform.get('/refund/domestic/refunds/NOBODYS')],
    ['certificates', () => platform.get('/certificates')],
    ['bill', () => platform.get('/bill/tradebill?bill_date=2020-01-01')],
    ['security_echo', () => platform.post('/security/echo', { echo_message: 'hello' })],
    ['profit_sharing', () => platform.post('/profitsharing/orders/unfreeze', {})],
  ];
  for (const [api, call] of reads) {
    it(`${api} goes wrong in every way, for as many calls as asked`, async () => {
      for (const kind of faultKinds) {
        simulator.faults.set({ api: [{ api, moment: 'after', answer: kind, times: 2 }] });
        expect([await observe(simulator, call), await observe(simulator, call)]).to.deep.equal([kind, kind]);
      }
      expect((await call()).headers.get('wechatpay-signature')).to.be.a('string');
    });
  }

  it('a raw answer is one of a gateway: unsigned', async () => {
    simulator.faults.set({ api: [{ api: 'query', moment: 'before', answer: { status: 502 }, times: 1 }] });
    const [, call] = reads[0] ?? [];
    const answer = await call?.();
    expect([answer?.status, answer?.headers.get('wechatpay-signature')]).to.deep.equal([502, null]);
    expect(simulator.ledger().calls.faults.query).to.include({ before_502: 1 });
  });

  it('a wrong signature cannot be asked of an API that does not sign', async () => {
    const fault = { api: 'stable_token', answer: 'wrong_signature' };
    const answer = await platform.control('/faults', { api: [fault] });
    expect([answer.status, answer.json.code]).to.deep.equal([400, 'BODY_INVALID']);
  });

  it('a share of the calls goes wrong, in each way as often as in the others', async () => {
    const kinds: FaultKind[] = ['reset', 'system_error', 'frequency_limited', 'wrong_signature'];
    const seeded = await createSimulator({ merchants: [testMerchant], seed: 7 });
    try {
      seeded.faults.set({ fault_share: { certificates: 0.5 }, fault_kinds: kinds });
      const call = (): Promise<Answer> => callPay(seeded.uri, 'GET', '/v3/certificates');
      for (let calls = 0; calls < 64; calls += 1) await observe(seeded, call);
      const counts = seeded.ledger().calls.faults.certificates ?? {};
      const sum = Object.values(counts).reduce((all, count) => all + count, 0);
      expect(sum).to.be.within(16, 48);
      const least = Math.floor(sum / 8);
      for (const moment of faultMoments) {
        for (const kind of kinds) expect(counts[`${moment}_${kind}`]).to.be.within(least, least + 1);
      }
      expect(counts).not.to.have.any.keys('before_silence', 'after_silence');
    } finally {
      await seeded.close();
    }
  });
});

/** How a call went: a kind of fault, or `answered`. */
async function observe(simulator: Simulator, call: () => Promise<Answer>): Promise<FaultKind | 'answered'> {
  const before = simulator.ledger().calls.latest.length;
  const answered = call().catch(() => 'broken' as const);
  const answer = await Promise.race([answered, isSilent(simulator, before)]);
  if (answer === 'silent') return 'silence';
  if (answer === 'broken') return 'reset';
  const { verifies } = verifySignature((name) => answer.headers.get(name), answer.text, simulator.platform);
  if (!verifies) return 'wrong_signature';
  if (answer.json?.code === 'SYSTEM_ERROR' && answer.status === 500) return 'system_error';
  return answer.json?.code === 'FREQUENCY_LIMITED' && answer.status === 429
    ? 'frequency_limited'
    : 'answered';
}

/** Settles where the ledger knows of a call that nobody will answer. */
async function isSilent(simulator: Simulator, callsBefore: number): Promise<'silent'> {
  const recorded = await waitFor(
    'the call in the ledger',
    () => simulator.ledger().calls.latest.slice(callsBefore).at(-1),
    { intervalMs: 2 },
  );
  return recorded.code === 'silence' ? 'silent' : new Promise(() => {});
}
