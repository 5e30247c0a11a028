import type { MessageTemplate } from '@huidiao/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type MessageFacts,
  toBeijingTime,
  toTemplateData,
  toTemplatePage,
  toYuan,
} from './to-template-data.ts';

const facts: MessageFacts = {
  outTradeNo: 'order-0001|a',
  transactionId: '4200001234202611220000000001',
  description: '手冲咖啡 250g',
  amountFen: 12_345,
  paidAt: new Date('2019-10-01T07:01:59Z'),
};

function template(data: Record<string, string>, page?: string): MessageTemplate {
  return { templateId: 'T', page, data, usefulForMs: 1 };
}

function sent(keyword: string, text: string, others: Partial<MessageFacts> = {}): string | undefined {
  return toTemplateData(template({ [keyword]: text }), { ...facts, ...others })[keyword];
}

describe('to-template-data', () => {
  const rows: [rule: string, keyword: string, text: string, expected: string][] = [
    ['fills the order number', 'character_string1', '{out_trade_no}', 'order-0001|a'],
    ['fills the transaction id', 'character_string2', '{transaction_id}', '4200001234202611220000000001'],
    ['fills the description', 'thing1', '{description}', '手冲咖啡 250g'],
    ['fills the amount in yuan', 'amount2', '¥{amount_yuan}', '¥123.45'],
    ['fills the time of payment in Beijing time', 'time3', '{paid_at}', '2019年10月1日 15:01'],
    ['fills several placeholders of one text', 'thing1', '{amount_yuan}元 {amount_yuan}', '123.45元 123.45'],
    ['leaves text without placeholders as it is', 'phrase4', '已支付', '已支付'],
    [
      'cuts a thing to 20 characters',
      'thing1',
      '一二三四五六七八九十一二三四五六七八九十超',
      '一二三四五六七八九十一二三四五六七八九十',
    ],
    ['keeps a thing of exactly 20 characters', 'thing1', 'abcdefghijklmnopqrst', 'abcdefghijklmnopqrst'],
    ['never cuts an emoji in half', 'thing1', 'abcdefghijklmnopqrs😀', 'abcdefghijklmnopqrs'],
    ['counts an emoji as two, as WeChat may', 'thing1', '😀'.repeat(25), '😀'.repeat(10)],
    ['leaves no blank at the end where it cuts', 'thing1', 'abcdefghijklmnopqrs tuv', 'abcdefghijklmnopqrs'],
    ['cuts a character_string to 32', 'character_string1', 'x'.repeat(40), 'x'.repeat(32)],
    ['cuts a letter to 32', 'letter1', 'x'.repeat(40), 'x'.repeat(32)],
    ['cuts a symbol to 5', 'symbol1', '!!!!!!!', '!!!!!'],
    ['cuts a phrase to 5', 'phrase1', '等待商家发货中', '等待商家发'],
    ['cuts a name of Han characters to 10', 'name1', '一二三四五六七八九十超', '一二三四五六七八九十'],
    ['cuts a mixed name as one of Han characters', 'name1', 'abcdefghij王', 'abcdefghij'],
    ['cuts a name of letters to 20', 'name1', 'x'.repeat(21), 'x'.repeat(20)],
    ['never cuts a number', 'number1', '1'.repeat(40), '1'.repeat(40)],
    ['never cuts an amount', 'amount1', '¥12345678901.00', '¥12345678901.00'],
    [
      'turns line breaks and control characters into one blank',
      'thing1',
      'a\r\n\tb\u0000c\u2028d',
      'a b c d',
    ],
    ['sends a dash rather than nothing', 'thing1', ' \n ', '-'],
  ];
  for (const [rule, keyword, text, expected] of rows) {
    it(rule, () => {
      expect(sent(keyword, text)).to.equal(expected);
    });
  }

  it('does not look for placeholders in what it filled in', () => {
    expect(sent('thing1', '{description}', { description: '{amount_yuan}' })).to.equal('{amount_yuan}');
  });

  it('takes dollar signs in a description literally', () => {
    expect(sent('thing1', '{description}', { description: "$& $1 $'" })).to.equal("$& $1 $'");
  });

  it('keeps every thing within 20 by any way of counting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (description) => {
        const value = sent('thing1', '{description}', { description }) ?? '';
        expect(value.length).to.be.within(1, 20);
        expect(value).to.not.match(/[\p{Cc}\p{Cs}]/u);
      }),
    );
  });

  it('percent-encodes placeholders in the page', () => {
    const page = toTemplatePage(template({}, 'pages/order?no={out_trade_no}&d={description}'), facts);
    expect(page).to.equal(`pages/order?no=order-0001%7Ca&d=${encodeURIComponent(facts.description)}`);
  });

  it('has no page where the template has none', () => {
    expect(toTemplatePage(template({}), facts)).to.equal(undefined);
  });
});

describe('toYuan', () => {
  const rows: [amountFen: number, yuan: string][] = [
    [1, '0.01'],
    [10, '0.10'],
    [99, '0.99'],
    [100, '1.00'],
    [12_345, '123.45'],
    [1_000_000, '10000.00'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ];
  for (const [amountFen, yuan] of rows) {
    it(`writes ${amountFen} fen as ${yuan}`, () => {
      expect(toYuan(amountFen)).to.equal(yuan);
    });
  }
});

describe('toBeijingTime', () => {
  const rows: [utc: string, beijing: string][] = [
    ['2026-12-31T16:00:00Z', '2027年1月1日 00:00'],
    ['2026-01-09T00:05:00Z', '2026年1月9日 08:05'],
    ['2024-02-28T20:00:00Z', '2024年2月29日 04:00'],
  ];
  for (const [utc, beijing] of rows) {
    it(`shows ${utc} as ${beijing}`, () => {
      expect(toBeijingTime(new Date(utc))).to.equal(beijing);
    });
  }
});
