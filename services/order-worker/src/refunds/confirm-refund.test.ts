import { AppError, type ErrorCode } from '@huidiao/errors';
import { createMetrics, toLiveDirectory } from '@huidiao/runtime';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createApplyRefund } from '../jobs/apply-refund.ts';
import {
  firstAttempt,
  merchant,
  outcomeOf,
  toApplyRefund,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import type { QueriedRefund } from './confirm-refund.ts';
import { createRefundClients } from './refund-clients.ts';
import { createRefundQueries } from './refund-queries.ts';

describe('a refund notification that is not signed', () => {
  const { deps, newPaidOrder, find } = useOrderWorker();

  type Answer = Partial<QueriedRefund> | ErrorCode;
  type Type = 'refund.succeeded' | 'refund.abnormal' | 'refund.closed';

  async function refund(type: Type, answer: Answer) {
    const order = await newPaidOrder();
    const job = toApplyRefund(order, { type, proof: 'key_alone' });
    const { outTradeNo, transactionId, refundId, refundFen, totalFen } = job.refund;
    const asked: string[] = [];
    const query = async (_merchant: unknown, { outRefundNo }: { outRefundNo: string }) => {
      asked.push(outRefundNo);
      if (typeof answer === 'string') throw new AppError(answer);
      const same = { status: 'SUCCESS' as const, outTradeNo, transactionId, refundId, refundFen, totalFen };
      return { ...same, ...answer };
    };
    const applied = createApplyRefund({ ...deps, refundQueries: { query } })(job, firstAttempt('refund'));
    const outcome = await outcomeOf(applied);
    expect(asked).to.deep.equal([job.refund.outRefundNo]);
    const { refunds, held, effects } = await find(order);
    return { outcome, refunds: refunds.map(({ status }) => status), held, effects: effects.length };
  }

  const confirmed: [told: Type, queried: QueriedRefund['status'], outcome: string][] = [
    ['refund.succeeded', 'SUCCESS', 'held'],
    ['refund.abnormal', 'ABNORMAL', 'recorded'],
    ['refund.closed', 'CLOSED', 'recorded'],
    ['refund.abnormal', 'SUCCESS', 'held'],
    ['refund.abnormal', 'CLOSED', 'recorded'],
  ];
  for (const [told, status, outcome] of confirmed) {
    it(`counts, as what WeChat Pay says, once that agrees: told ${told}, queried ${status}`, async () => {
      expect(await refund(told, { status }))
        .to.include({ outcome })
        .and.deep.include({ refunds: [status] });
    });
  }

  const refuted: [what: string, told: Type, answer: Answer][] = [
    ['another state', 'refund.succeeded', { status: 'ABNORMAL' }],
    ['that it failed', 'refund.succeeded', { status: 'CLOSED' }],
    ['that it succeeded, where we were told that it failed', 'refund.closed', { status: 'SUCCESS' }],
    ['another sum', 'refund.succeeded', { refundFen: 1 }],
    ['another total', 'refund.succeeded', { totalFen: 1 }],
    ['another order', 'refund.succeeded', { outTradeNo: 'another-order' }],
    ['another transaction', 'refund.succeeded', { transactionId: 'another' }],
    ['another refund', 'refund.succeeded', { refundId: 'another' }],
    ['another sum of one that is not finished', 'refund.succeeded', { status: 'PROCESSING', refundFen: 1 }],
    ['that there is none', 'refund.succeeded', 'WECHAT_NOT_FOUND'],
  ];
  for (const [what, told, answer] of refuted) {
    it(`is a dead letter, and nothing is recorded, when WeChat Pay says ${what}`, async () => {
      expect(await refund(told, answer)).to.deep.equal({
        outcome: 'REFUND_NOT_CONFIRMED',
        refunds: [],
        held: undefined,
        effects: 1,
      });
    });
  }

  it('is looked at again while WeChat Pay has not finished it, and while it cannot be asked', async () => {
    const order = await newPaidOrder();
    const job = toApplyRefund(order, { proof: 'key_alone' });
    const { refund: told } = job;
    const answers = [
      async () => ({ ...told, status: 'PROCESSING' as const }),
      () => Promise.reject(new AppError('WECHAT_UNREACHABLE')),
    ];
    for (const query of answers) {
      const applied = createApplyRefund({ ...deps, refundQueries: { query } })(job, firstAttempt('refund'));
      const error = await applied.catch((thrown: unknown) => thrown);
      expect(error).to.include({ kind: 'transient' });
    }
  });

  it('is asked about within the rate of its merchant, by all processes together', async () => {
    const slow = { ...merchant, limits: { ...merchant.limits, queriesPerSecond: 2 } };
    const asked: unknown[] = [];
    const clientOf = () => ({
      queryRefund: async (...question: unknown[]) => {
        asked.push(question);
        return {} as QueriedRefund;
      },
    });
    const clock = { now: () => new Date('2026-11-22T08:00:00Z') };
    const queries = [1, 2].map(() => createRefundQueries({ clientOf, turns: deps.store.turns, clock }));
    const named = { outRefundNo: 'refund-1', subMchId: '1900000109' };
    const codes = [];
    for (const each of [...queries, ...queries]) {
      codes.push(
        await each.query(slow, named).then(
          () => 'asked',
          (error: AppError) => `${error.code} ${error.kind}`,
        ),
      );
    }
    expect(codes).to.deep.equal(['asked', 'asked', 'WECHAT_BUSY throttled', 'WECHAT_BUSY throttled']);
    expect(asked[0]).to.deep.equal(['refund-1', { subMchId: '1900000109' }]);
  });

  it('is asked about with a client for each merchant, which knows when WeChat Pay is away', async () => {
    const { privateKey } = rsaKeysOf('merchant');
    const merchantPrivateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const directory = toLiveDirectory(toDirectory({ merchant: { merchantPrivateKeyPem } }));
    const clients = createRefundClients({
      directory,
      baseUrl: 'http://127.0.0.1:1',
      timeoutMs: 1_000,
      logger: deps.logger,
      metrics: createMetrics({ service: 'test' }),
    });
    try {
      const [known] = directory.merchants.values();
      if (known === undefined) throw new Error('no merchant');
      expect(clients.of(known)).to.equal(clients.of(known));
      const failure = await clients
        .of(known)
        .queryRefund('refund-1')
        .catch((error: unknown) => error);
      expect(failure).to.include({ code: 'WECHAT_UNREACHABLE' });
    } finally {
      clients.close();
      directory.close();
    }
  });
});
