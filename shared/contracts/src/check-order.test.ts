import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isCheckOrder, toCheckOrderNo } from './check-order.ts';
import { outTradeNo } from './ids.ts';
import { createOrderRequest } from './merchant-api/create-order-request.ts';

describe('the number of a check order', () => {
  it('is one that WeChat Pay takes, and is known again, however many checks there were', () => {
    for (const count of [1, 42, 999_999]) {
      const number = toCheckOrderNo(count);
      expect(outTradeNo.safeParse(number).success, number).to.equal(true);
      expect(isCheckOrder(number), number).to.equal(true);
    }
    expect(isCheckOrder('TEA-HUIDIAO-CHECK-1')).to.equal(false);
  });

  it('is refused to shops, whose order would not be delivered', () => {
    const request = {
      appid: 'wx8888888888888888',
      description: '一杯茶',
      amount: { total: 1 },
      logistics_type: 3,
      prepay: false,
    };
    const parse = (number: string) => createOrderRequest.safeParse({ ...request, out_trade_no: number });
    expect(parse('TEA-000001').success).to.equal(true);
    const refused = parse(toCheckOrderNo(1));
    expect(refused.error?.issues.map(({ path }) => path.join('.'))).to.deep.equal(['out_trade_no']);
  });
});
