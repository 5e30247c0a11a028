import { payEvents } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { callbackOf, eventOf, factOf, receive } from './received-v2.fixture.test.ts';
import { type Change, changed, contract, deduction, payment, signedBody } from './v2.fixture.test.ts';

describe('a deduction of API v2', () => {
  it('that succeeded is a payment like any other', () => {
    expect(eventOf(signedBody(deduction))).to.include({ type: 'payment.succeeded', tradeType: 'PAP' });
    expect(factOf(signedBody(deduction)).callbackKey).to.equal(factOf(signedBody(payment)).callbackKey);
  });

  it('that failed is told as such, and is no payment', () => {
    const { event } = factOf(
      signedBody(changed(deduction, { result_code: 'FAIL', trade_state: 'PAYERROR', err_code: 'NOTENOUGH' })),
    );
    expect(event).to.deep.equal({
      type: 'debit.failed',
      mchId: '1900000001',
      appId: 'wx8888888888888888',
      openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      outTradeNo: 'order_0001',
      transactionId: '1217752501201407033233368018',
      tradeState: 'PAYERROR',
      amountFen: 1999,
      currency: 'CNY',
    });
    expect(payEvents['debit.failed'].parse(event)).to.deep.equal(event);
  });

  it('that failed without an order is kept', () => {
    const fields = changed(deduction, { result_code: 'FAIL', out_trade_no: undefined });
    expect(eventOf(signedBody(fields))).to.include({ reason: 'schema_refused' });
  });
});

describe('a contract notification of API v2', () => {
  const contractOf = (change: Change) => eventOf(signedBody(changed(contract, change)));

  it('tells that a contract was signed', () => {
    const event = contractOf({});
    expect(event).to.deep.equal({
      type: 'contract.signed',
      product: 'entrust',
      mchId: '1900000001',
      openId: 'onqOjjmM1tad-3ROpncN-yUfa6ua',
      contractId: 'Wx15463511252015071056489715',
      outContractCode: '100001256',
      planId: '123',
      contractState: 'ADD',
      operateTime: '2026-11-22 10:00:00',
      expiredTime: '2027-11-22 10:00:00',
    });
    expect(payEvents['contract.signed'].parse(event)).to.deep.equal(event);
    expect(callbackOf(receive(signedBody(contract))).eventType).to.equal('v2.contract');
  });

  it('tells that a contract ended, and how', () => {
    const event = contractOf({ change_type: 'DELETE', contract_termination_mode: '2' });
    expect(event).to.include({ type: 'contract.terminated', terminationMode: '2', contractState: 'DELETE' });
  });

  it('has another key when the contract ends than when it was signed', () => {
    const keyOf = (change_type: string) => factOf(signedBody({ ...contract, change_type })).callbackKey;
    expect(keyOf('ADD')).to.equal(keyOf('ADD')).and.not.equal(keyOf('DELETE'));
  });

  for (const [change, reason] of [
    [{ change_type: 'MODIFY' }, 'schema_refused'],
    [{ change_type: '' }, 'unknown_type'],
    [{ contract_id: undefined, contract_code: undefined }, 'schema_refused'],
    [{ plan_id: 'x'.repeat(257) }, 'schema_refused'],
    [{ result_code: 'FAIL' }, 'unknown_type'],
  ] as const) {
    it(`is kept with ${JSON.stringify(change).slice(0, 60)}`, () => {
      expect(contractOf(change)).to.include({ type: 'callback.unhandled', reason });
    });
  }
});
