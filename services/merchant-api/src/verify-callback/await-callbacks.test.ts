import { expect } from 'chai';
import { describe, it } from 'mocha';
import { awaitPayment } from './await-payment.ts';
import { awaitRefund } from './await-refund.ts';
import { entryOf, inTurn, order, paid, playCheck, refundOf, refusal, waiting } from './check.fixture.test.ts';

const processing = refundOf('HUIDIAO-CHECK-1-R1', 'PROCESSING');
const through = refundOf('HUIDIAO-CHECK-1-R1', 'SUCCESS');

describe('waiting for the callback of a payment', () => {
  it('ends with the callback that the ledger has', async () => {
    const entry = entryOf();
    const { deps } = playCheck({
      ledger: inTurn([], [entry]),
      client: { queryByOutTradeNo: inTurn(waiting) },
    });
    expect(await awaitPayment(deps, order)).to.deep.equal({ kind: 'callback', entry });
  });

  it('does not take for a callback what WeChat Pay said when it was asked, nor the callback of a refund', async () => {
    const { deps } = playCheck({
      ledger: inTurn([entryOf({ notificationId: 'query' }), entryOf({ eventType: 'refund.succeeded' })]),
      client: { queryByOutTradeNo: inTurn(paid) },
    });
    expect(await awaitPayment(deps, order)).to.deep.equal({ kind: 'no_callback' });
  });

  it('gives the callback its time from the payment on, not from when the code was shown', async () => {
    const begin = Date.parse('2026-11-22T02:00:00.000Z');
    const payAt = begin + 300_000;
    const { deps, done } = playCheck({});
    const client = {
      ...deps.client,
      queryByOutTradeNo: async () => (deps.clock.now().getTime() >= payAt ? paid : waiting),
    };
    expect(await awaitPayment({ ...deps, client }, order)).to.deep.equal({ kind: 'no_callback' });
    const waitedMs = deps.clock.now().getTime() - payAt;
    expect(waitedMs).to.be.within(60_000, 64_000);
    expect(done).to.deep.equal(['say WeChat Pay says that it is paid; waiting for the callback']);
  });

  it('ends when nobody pays within ten minutes, and asks WeChat Pay no oftener than every 3 s', async () => {
    const { deps, done } = playCheck({ client: { queryByOutTradeNo: inTurn(waiting) } });
    expect(await awaitPayment(deps, order)).to.deep.equal({ kind: 'not_paid' });
    expect(done.length).to.be.within(190, 200);
  });

  it('goes on when WeChat Pay cannot be asked', async () => {
    const { deps } = playCheck({
      ledger: inTurn([], [], [], [], [], [], [], [entryOf()]),
      client: { queryByOutTradeNo: inTurn(refusal('WECHAT_UNREACHABLE')) },
    });
    expect((await awaitPayment(deps, order)).kind).to.equal('callback');
  });

  it('ends at once when it is stopped', async () => {
    const { deps, stopping } = playCheck({});
    stopping.abort();
    expect(await awaitPayment(deps, order)).to.deep.equal({ kind: 'interrupted' });
  });
});

describe('waiting for the callback of a refund', () => {
  it('ends with the callback that the ledger has, whatever a query says', async () => {
    const entry = entryOf({ eventType: 'refund.succeeded', outcome: 'refunded' });
    const { deps } = playCheck({
      ledger: inTurn([entryOf()], [entryOf(), entry]),
      client: { queryRefund: inTurn(processing) },
    });
    expect(await awaitRefund(deps, order, processing)).to.deep.equal({ kind: 'callback', entry });
  });

  it('tells a callback that does not come from a refund that takes its time', async () => {
    const slow = playCheck({ client: { queryRefund: inTurn(processing) } });
    expect(await awaitRefund(slow.deps, order, processing)).to.deep.equal({ kind: 'processing' });
    const lost = playCheck({ client: { queryRefund: inTurn(processing, through) } });
    expect(await awaitRefund(lost.deps, order, processing)).to.deep.equal({ kind: 'no_callback' });
    expect(lost.done.at(-1)).to.include('the refund is SUCCESS');
  });
});
