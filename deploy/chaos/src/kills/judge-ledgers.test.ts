import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeLedgers, type Ledgers } from './judge-ledgers.ts';

function ledgers(change: Partial<{ [K in keyof Ledgers]: Partial<Ledgers[K]> }> = {}): Ledgers {
  const time_line = [{ event: 'paid' }, { event: 'message.sent' }];
  const paid = { out_trade_no: 'A', openid: 'o-1', total: 100, trade_state: 'SUCCESS' };
  const open = { out_trade_no: 'B', openid: 'o-2', total: 100, trade_state: 'NOTPAY' };
  return {
    orders: (change.orders as Ledgers['orders']) ?? [
      { out_trade_no: 'A', status: 'fulfilled', pending: [], time_line },
      { out_trade_no: 'B', status: 'created', pending: [], time_line: [] },
    ],
    wechat: { orders: [paid, open], messages: [{ openId: 'o-1', errcode: 0 }], ...change.wechat },
    shop: { orders: [{ out_trade_no: 'A', total: 100 }], ...change.shop },
  };
}

describe('the verdict over the ledgers', () => {
  it('finds nothing where they are equal', () => {
    expect(judgeLedgers(ledgers())).to.deep.equal({
      paid: 1,
      delivered: 1,
      told: 1,
      unknown: 0,
      lost: [],
      doubled: [],
      differing: [],
    });
  });

  it('finds a paid order that was not delivered', () => {
    const { lost } = judgeLedgers(ledgers({ shop: { orders: [] } }));
    expect(lost).to.deep.equal(['A: paid, not delivered (fulfilled)']);
  });

  it('finds goods that were given twice, or to one who did not pay', () => {
    const one = { out_trade_no: 'A', total: 100 };
    const { doubled } = judgeLedgers(
      ledgers({ shop: { orders: [one, one, { ...one, out_trade_no: 'B' }] } }),
    );
    expect(doubled).to.deep.equal(['A: delivered 2 times', 'B: delivered, not paid']);
  });

  it('finds a buyer who was told twice, or never', () => {
    const sent = { openId: 'o-1', errcode: 0 };
    const twice = judgeLedgers(ledgers({ wechat: { messages: [sent, sent] } }));
    expect(twice.doubled).to.deep.equal(['A: the buyer was told 2 times']);
    const never = judgeLedgers(ledgers({ wechat: { messages: [{ ...sent, errcode: 43101 }] } }));
    expect(never.lost).to.deep.equal(['A: the buyer was not told']);
  });

  it('counts a message whose result nobody knows, told or not', () => {
    const time_line = [{ event: 'message.unknown' }];
    const orders = [{ out_trade_no: 'A', status: 'fulfilled', pending: [], time_line }];
    for (const messages of [[], [{ openId: 'o-1', errcode: 0 }]]) {
      const verdict = judgeLedgers({ ...ledgers({ wechat: { messages } }), orders });
      expect(verdict).to.include({ unknown: 1, told: messages.length });
      expect(verdict.lost).to.deep.equal([]);
    }
  });

  it('finds an order that is not done, and another amount', () => {
    const orders = [{ out_trade_no: 'A', status: 'paid', pending: [{}], time_line: [] }];
    const shop = { orders: [{ out_trade_no: 'A', total: 99 }] };
    expect(judgeLedgers({ ...ledgers({ shop }), orders }).differing).to.deep.equal([
      'A: paid, not fulfilled',
      'A: something is left to do',
      'A: 100 fen were paid, 99 told to the shop',
    ]);
  });
});
