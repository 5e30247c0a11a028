import { expect } from 'chai';
import { describe, it } from 'mocha';
import { closed, inTurn, order, paid, playCheck, refundOf, refusal, waiting } from './check.fixture.test.ts';
import { endCheck, refundCheck } from './end-check.ts';
import { NotProven } from './not-proven.ts';

const callsOf = (done: readonly string[]): string[] => done.map((each) => each.split(' ')[0] ?? '');
const unreachable = refusal('WECHAT_UNREACHABLE');
const noRefund = refusal('WECHAT_NOT_FOUND');

describe('ending a check', () => {
  it('asks WeChat Pay before and after it closes, for somebody may pay in between', async () => {
    const { deps, done } = playCheck({
      client: {
        queryByOutTradeNo: inTurn(waiting, paid),
        closeByOutTradeNo: inTurn(refusal('WECHAT_BUSY')),
        queryRefund: inTurn(noRefund),
        createRefund: inTurn(refundOf('HUIDIAO-CHECK-1-R1', 'PROCESSING')),
      },
    });
    expect((await endCheck(deps, order)).kind).to.equal('refunded');
    expect(callsOf(done)).to.deep.equal([
      'queryByOutTradeNo',
      'closeByOutTradeNo',
      'queryByOutTradeNo',
      'queryRefund',
      'createRefund',
    ]);
  });

  it('closes the order here once nobody can pay any more, and not before', async () => {
    const { deps, done } = playCheck({
      client: { queryByOutTradeNo: inTurn(waiting, closed), closeByOutTradeNo: inTurn(undefined) },
    });
    expect(await endCheck(deps, order)).to.deep.equal({ kind: 'not_paid' });
    expect(done.at(-1)).to.equal('close here HUIDIAO-CHECK-1');

    const stuck = playCheck({
      client: { queryByOutTradeNo: inTurn(waiting), closeByOutTradeNo: inTurn(unreachable) },
    });
    expect((await failureOf(endCheck(stuck.deps, order))).message).to.equal(
      'HUIDIAO-CHECK-1 could not be closed',
    );
    expect(stuck.done.join()).to.not.include('close here');
  });

  it('ends an order that WeChat Pay never had', async () => {
    const { deps } = playCheck({ client: { queryByOutTradeNo: inTurn(refusal('ORDER_NOT_FOUND')) } });
    expect(await endCheck(deps, order)).to.deep.equal({ kind: 'not_paid' });
  });

  it('takes a refund of the merchant platform for what it is, and makes no second one', async () => {
    const { deps, done } = playCheck({
      client: { queryByOutTradeNo: inTurn({ ...paid, refunded: true }), queryRefund: inTurn(noRefund) },
    });
    expect(await endCheck(deps, order)).to.deep.equal({ kind: 'refunded_elsewhere' });
    expect(callsOf(done)).to.not.include('createRefund');
  });

  it('goes on with a refund that was made before', async () => {
    const { deps, done } = playCheck({
      client: {
        queryByOutTradeNo: inTurn({ ...paid, refunded: true }),
        queryRefund: inTurn(refundOf('HUIDIAO-CHECK-1-R1', 'SUCCESS')),
      },
    });
    expect(await endCheck(deps, order)).to.deep.include({ kind: 'refunded' });
    expect(callsOf(done)).to.not.include('createRefund');
  });

  it('makes a new refund, under the next number, only after WeChat Pay closed the one before', async () => {
    const { deps, done } = playCheck({
      client: {
        queryRefund: inTurn(refundOf('HUIDIAO-CHECK-1-R1', 'CLOSED'), noRefund),
        createRefund: inTurn(refundOf('HUIDIAO-CHECK-1-R2', 'PROCESSING')),
      },
    });
    await refundCheck(deps, order);
    const made = done.filter((each) => each.startsWith('createRefund'));
    expect(made).to.have.length(1);
    expect(made[0])
      .to.include('"outRefundNo":"HUIDIAO-CHECK-1-R2"')
      .and.include('"refundFen":1,"totalFen":1');
  });

  it('repeats what failed for a while under the same number, and then says how to get the money back', async () => {
    const { deps, done } = playCheck({
      client: { queryRefund: inTurn(noRefund), createRefund: inTurn(unreachable) },
    });
    const { message, advice } = await failureOf(refundCheck(deps, order));
    expect(message).to.match(/HUIDIAO-CHECK-1.*WECHAT_UNREACHABLE/);
    expect(advice.join()).to.match(/run this command again.*商户平台.*HUIDIAO-CHECK-1.*2026-11-22T02:11:00/);
    const made = done.filter((each) => each.startsWith('createRefund'));
    expect(made).to.have.length(3);
    expect(new Set(made)).to.have.length(1);
  });

  it('does not repeat what WeChat Pay refuses for good', async () => {
    const { deps, done } = playCheck({
      client: {
        queryRefund: inTurn(noRefund),
        createRefund: inTurn(refusal('WECHAT_REFUSED', { remoteCode: 'NOT_ENOUGH' })),
      },
    });
    expect((await failureOf(refundCheck(deps, order))).advice.join()).to.include('top it up');
    expect(done.filter((each) => each.startsWith('createRefund'))).to.have.length(1);
  });
});

async function failureOf(work: Promise<unknown>): Promise<NotProven> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return failure instanceof NotProven ? failure : expect.fail(`it gave ${String(failure)}`);
}
