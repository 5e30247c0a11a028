import { toAppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTradeBillReader, defaultBillLimits } from './trade-bill-reader.ts';

const header =
  '交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,退款金额,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const summaryHeader = '总交易单数,应结订单总金额,退款总金额,手续费总金额,订单总金额,申请退款总金额';
/** What a text has to be made of to look like something else. */
const hostile = [',`', ',`0', ',`0.00', '\n', '\r', '\n`', '`', '0', '茶', '总交易单数'];
const rowBegins = ['\n`2026-11-21 12:00:00,`wx1', '2026-11-21 12:00:00'];
const bills = 300;

/** Numbers from 0 up to 1, the same ones for the same seed: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** At most 127 characters, as WeChat Pay takes them. */
function toText(random: () => number, pieces: readonly string[]): string {
  const length = Math.floor(random() * 20);
  const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
  return text.slice(0, 127);
}

/** Some rows, with hostile texts in every second one, and what they say. */
function writeBill(random: () => number, pieces: readonly string[]) {
  const count = 1 + Math.floor(random() * 6);
  const rows = Array.from({ length: count }, (_, index) => {
    const yuan = `${index + 1}.00`;
    const texts = [0, 1].map(() => (random() < 0.5 ? '茶' : toText(random, pieces)));
    const ids = ['wx1', '1900000001', `42000000000000000000000000${10 + index}`, `order-${index}`];
    const cells = ['2026-11-21 13:00:00', ...ids, 'SUCCESS', 'CNY', yuan, '0.00', ...texts];
    return `\`${[...cells, '0.01', '0.60%', yuan, '0.00', ''].join(',`')}`;
  });
  const sum = `${(count * (count + 1)) / 2}.00`;
  const summary = `\`${count},\`${sum},\`0.00,\`0.00,\`${sum},\`0.00`;
  const truth = rows.map((_, index) => `order-${index} ${(index + 1) * 100}`);
  return { text: [header, ...rows, summaryHeader, summary].join('\n'), truth };
}

/** What is read; undefined where the bill is refused. */
function read(text: string): string[] | undefined {
  const reader = createTradeBillReader(defaultBillLimits);
  try {
    const rows = [...reader.feed(text), ...reader.end().rows];
    return rows.map(({ outTradeNo, amountFen }) => `${outTradeNo} ${amountFen}`);
  } catch (error) {
    expect(toAppError(error).code).to.equal('BILL_NOT_UNDERSTOOD');
    return undefined;
  }
}

describe('the rows of a bill', () => {
  it('are read whatever stands in their texts, unless it looks like the beginning of another row', () => {
    const random = createRandom(1);
    for (let tried = 0; tried < bills; tried += 1) {
      const { text, truth } = writeBill(random, hostile);
      expect(read(text), text).to.deep.equal(truth);
    }
  });

  it('are never others than those that are there, even where it does', () => {
    const random = createRandom(2);
    let refused = 0;
    for (let tried = 0; tried < bills; tried += 1) {
      const { text, truth } = writeBill(random, [...hostile, ...rowBegins]);
      const found = read(text);
      if (found === undefined) refused += 1;
      else expect(truth, text).to.include.members(found);
    }
    expect(refused).to.be.lessThan(bills / 4);
  });
});
