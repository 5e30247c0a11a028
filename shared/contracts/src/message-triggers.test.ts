import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { appTemplates } from './message-template-config.ts';
import { messageTriggers, parseMessageEffectId, toMessageEffectId } from './message-triggers.ts';

describe('the effect by which a buyer is told', () => {
  const order = { mchId: '1900000001', outTradeNo: 'order_0001' };

  it('says what happened, whatever the order and what happened to it are called', () => {
    const character = fc.constantFrom(...'0123456789AZaz_-|*');
    const name = fc.string({ unit: character, minLength: 6, maxLength: 32 });
    fc.assert(
      fc.property(
        name,
        fc.option(name, { nil: undefined }),
        fc.constantFrom(...messageTriggers),
        (outTradeNo, key, trigger) => {
          const happened = { trigger, ...(key !== undefined && { key }) };
          const own = { ...order, outTradeNo };
          expect(parseMessageEffectId(toMessageEffectId(own, happened), own)).to.deep.equal(happened);
        },
      ),
    );
  });

  it('is none of another order, nor of what nobody is told of', () => {
    const id = toMessageEffectId(order, { trigger: 'order_paid' });
    expect(parseMessageEffectId(id, { ...order, outTradeNo: 'order_0002' })).to.equal(undefined);
    expect(parseMessageEffectId(`${id}less`, order)).to.equal(undefined);
    expect(parseMessageEffectId('fulfil-order_1900000001_order_0001', order)).to.equal(undefined);
  });
});

describe('the templates of an app in the merchants file', () => {
  const problemsOf = (templates: object) =>
    appTemplates
      .safeParse(templates)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const withText = (trigger: string, keyword: string, text: string) => ({
    [trigger]: { template_id: 'T', data: { [keyword]: text } },
  });

  const taken: readonly (readonly [string, string, string])[] = [
    ['order_paid', 'thing1', '{description}'],
    ['order_paid', 'character_string2', '{out_trade_no}'],
    ['order_paid', 'character_string2', '{description}'],
    ['order_paid', 'phrase3', '{description}'],
    ['order_paid', 'amount4', '¥{amount_yuan}'],
    ['order_paid', 'amount4', '{amount_yuan}元'],
    ['order_paid', 'time5', '{paid_at}'],
    ['order_paid', 'date5', '{paid_at}'],
    ['order_paid', 'thing6', '订单{out_trade_no}已支付'],
    ['order_paid', 'phrase7', '已支付'],
    ['order_paid', 'new_kind8', '{paid_at}'],
    ['order_shipped', 'character_string1', '{tracking_no}'],
    ['order_shipped', 'thing2', '{express_company} {tracking_no}'],
    ['order_shipped', 'time3', '{shipped_at}'],
    ['refund_succeeded', 'amount1', '¥{refund_amount_yuan}'],
    ['refund_succeeded', 'character_string2', '{out_refund_no}'],
    ['refund_succeeded', 'time3', '{refunded_at}'],
  ];
  for (const [trigger, keyword, text] of taken) {
    it(`may fill ${keyword} of ${trigger} by ${text}`, () => {
      expect(problemsOf(withText(trigger, keyword, text))).to.deep.equal([]);
    });
  }

  const refused: readonly (readonly [string, string, string, RegExp])[] = [
    ['order_paid', 'thing1', '{refund_amount_yuan}', /may name only/],
    ['order_paid', 'thing1', '{tracking_no}', /may name only/],
    ['order_shipped', 'thing1', '{refunded_at}', /may name only/],
    ['refund_succeeded', 'thing1', '{shipped_at}', /may name only/],
    ['order_paid', 'thing1', '{amount}', /may name only/],
    ['order_paid', 'phrase1', 'paid', /at most 5 Chinese/],
    ['order_paid', 'phrase1', '等待商家发货', /at most 5 Chinese/],
    ['order_paid', 'thing1', '一二三四五六七八九十一二三四五六七八九十{description}', /at most 20/],
    ['order_paid', 'character_string1', '{paid_at}', /none of them Chinese/],
    ['order_paid', 'character_string1', '订单{out_trade_no}', /none of them Chinese/],
    ['order_paid', 'amount1', '{paid_at}', /an amount/],
    ['order_paid', 'amount1', '¥{amount_yuan}元整', /an amount/],
    ['order_paid', 'time1', '{amount_yuan}', /a time/],
    ['order_paid', 'number1', '¥{amount_yuan}', /digits/],
    ['order_paid', 'thing1', 'two\nlines', /line breaks/],
  ];
  for (const [trigger, keyword, text, problem] of refused) {
    it(`must not fill ${keyword} of ${trigger} by ${JSON.stringify(text)}`, () => {
      const [found = '', ...more] = problemsOf(withText(trigger, keyword, text));
      expect(found)
        .to.match(new RegExp(`^${trigger}\\.data\\.${keyword}: `))
        .and.match(problem);
      expect(more).to.have.length(problem.source === 'may name only' ? more.length : 0);
    });
  }
});
