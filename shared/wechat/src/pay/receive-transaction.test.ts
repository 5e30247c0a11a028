import { expect } from 'chai';
import { describe, it } from 'mocha';
import { paidTransaction } from './platform.fixture.test.ts';
import { eventOf, mchId } from './receive-genuine.fixture.test.ts';

describe('what comes as TRANSACTION.SUCCESS', () => {
  const sharing = {
    mchid: '1500000000',
    transaction_id: '4200000000000000000000000000',
    order_id: '3008450740201411110007820472',
    receiver: { type: 'MERCHANT_ID', account: mchId, amount: 888 },
  };

  it('and has a receiver is profit sharing made by API v2, whatever its original_type: never a payment', () => {
    for (const originalType of ['transaction', 'profitsharing', undefined]) {
      expect(eventOf({ resource: sharing, originalType })).to.include({
        type: 'profit_sharing.moved',
        receiverFen: 888,
      });
      const both = { ...paidTransaction, ...sharing };
      expect(eventOf({ resource: both, originalType })).to.include({ type: 'profit_sharing.moved' });
    }
  });

  it('and is a debit of education or of a contract is a payment, in whatever words', () => {
    const { trade_type, trade_state_desc, ...rest } = paidTransaction;
    const education = {
      ...rest,
      trade_state_description: trade_state_desc,
      device_information: { device_id: '1' },
    };
    expect(trade_type).to.equal('JSAPI');
    expect(eventOf({ resource: education })).to.include({ type: 'payment.succeeded', tradeType: 'UNKNOWN' });
    const contract = { ...paidTransaction, trade_type: 'PAP' };
    expect(eventOf({ resource: contract })).to.include({ type: 'payment.succeeded', tradeType: 'PAP' });
    const campus = {
      eventType: 'TRANSACTION.INDUSTRY_SUCCESS',
      originalType: undefined,
      resource: education,
    };
    expect(eventOf(campus)).to.include({ type: 'payment.succeeded', outTradeNo: 'order_0001' });
  });

  it('and is a parking debit is a payment where it names its transaction', () => {
    const { trade_type, ...rest } = paidTransaction;
    const parking = {
      ...rest,
      sp_mchid: mchId,
      sub_mchid: '1600000000',
      trade_scene: 'PARKING',
      parking_info: {},
    };
    expect(trade_type).to.equal('JSAPI');
    expect(eventOf({ resource: parking })).to.include({ type: 'payment.succeeded', tradeType: 'PARKING' });
    const nameless = { ...parking, transaction_id: undefined };
    expect(eventOf({ resource: nameless })).to.include({ type: 'debit.succeeded', outTradeNo: 'order_0001' });
  });

  it('and binds a plate for ETC is that', () => {
    const resource = { sp_mchid: mchId, contract_id: 'c1', bind_state: 'DELETED', plate_number: '浙A00000' };
    expect(eventOf({ resource })).to.include({ type: 'etc.binding_changed', bindState: 'DELETED' });
  });

  it('and has ids of a service provider that are empty is a payment of a direct merchant', () => {
    const resource = { ...paidTransaction, sp_mchid: '', sub_mchid: '', sp_appid: '', receiver: null };
    expect(eventOf({ resource })).to.deep.equal(eventOf({}));
  });

  it('never comes from what failed or was paid back', () => {
    for (const [eventType, type] of [
      ['TRANSACTION.FAIL', 'debit.failed'],
      ['TRANSACTION.PAY_BACK', 'debit.repaid'],
      ['TRANSACTION.INDUSTRY_FAILED', 'debit.failed'],
    ] as const) {
      expect(eventOf({ eventType })).to.include({ type, outTradeNo: 'order_0001', amountFen: 1999 });
    }
  });
});
