import { toAppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { entryOf, inTurn, order, paid, playCheck, refundOf, refusal } from './check.fixture.test.ts';
import { NotProven } from './not-proven.ts';
import { verifyByOrder } from './verify-by-order.ts';

const client = {
  prepayNative: inTurn({ codeUrl: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' }),
  queryByOutTradeNo: inTurn(paid),
  queryRefund: inTurn(refusal('WECHAT_NOT_FOUND')),
  createRefund: inTurn(refundOf('HUIDIAO-CHECK-1-R1', 'PROCESSING')),
};

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.fail('it proved something'),
    (error: unknown) => error,
  );
}

describe('a check by an order of 1 fen', () => {
  it('gives the money back when the ledger cannot be read any more', async () => {
    const { deps, done } = playCheck({ client, ledger: inTurn(refusal('STORE_UNAVAILABLE')) });
    const failure = await failureOf(verifyByOrder(deps, order.appId, 0));
    expect(toAppError(failure).code).to.equal('STORE_UNAVAILABLE');
    expect(done.filter((each) => each.startsWith('createRefund'))).to.have.length(1);
    expect(done.at(-1)).to.include('its 1 fen is on its way back');
  });

  it('gives the money back, and proves nothing, when the callback was worked otherwise', async () => {
    const ledger = inTurn([entryOf({ outcome: 'payment.amount_differs' })]);
    const { deps, done } = playCheck({ client, ledger });
    const failure = await failureOf(verifyByOrder(deps, order.appId, 0));
    expect(failure).to.be.instanceOf(NotProven);
    expect(String(failure)).to.include('payment.amount_differs');
    expect(done.filter((each) => each.startsWith('createRefund'))).to.have.length(1);
  });

  it('says that the money is not back, where the callback of the refund says so', async () => {
    const abnormal = entryOf({ eventType: 'refund.abnormal', outcome: 'recorded' });
    const { deps } = playCheck({ client, ledger: inTurn([entryOf()], [entryOf(), abnormal]) });
    const failure = await failureOf(verifyByOrder(deps, order.appId, 0));
    expect(String(failure)).to.match(/both callbacks came, but the 1 fen is not back: refund.abnormal/);
  });

  it('shows the code as text, and how to draw it', async () => {
    const { deps, done } = playCheck({ client, ledger: inTurn([entryOf({ outcome: 'x' })]) });
    await failureOf(verifyByOrder(deps, order.appId, 0));
    expect(done.join('\n')).to.match(/ weixin:\/\/wxpay\/bizpayurl\?pr=p4lpSuKzz\n[\s\S]*qrencode/);
  });
});
