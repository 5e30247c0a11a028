import { expect } from 'chai';
import { describe, it } from 'mocha';
import { MiniProgramRefusal } from './api-error.ts';
import { assertTemplateValues } from './template-values.ts';

/** Type of keyword → what it takes, and what it does not. */
const values: Readonly<
  Record<string, { readonly right: readonly string[]; readonly wrong: readonly string[] }>
> = {
  thing: { right: ['字'.repeat(20), '😀'.repeat(20), 'A 1，!'], wrong: ['字'.repeat(21), ''] },
  number: { right: ['1', '1.50', '9'.repeat(32)], wrong: ['-1', '1元', '9'.repeat(33), '1.'] },
  letter: { right: ['Ab'], wrong: ['a1', 'a'.repeat(33), '字'] },
  symbol: { right: ['+-*/!', '￥'], wrong: ['a', '1', '字', '!!!!!!'] },
  character_string: { right: ['SF-123/4', 'a'.repeat(32)], wrong: ['单号1', 'a'.repeat(33)] },
  time: {
    right: ['15:01', '15:01:09', '2019年10月1日 15:01', '2019-10-01 15:01~2019-10-02 16:01', '15:01~16:01'],
    wrong: ['25:01', '15:61', '15', '下午3:01', '15:01-16:01', '2019年10月1日'],
  },
  date: {
    right: [
      '2019年10月1日',
      '2019-10-01',
      '2019/10/01',
      '2019.10.01',
      '2019年10月',
      '10月1日',
      '2019年10月1日 15:01',
    ],
    wrong: ['2019', '15:01', '明天', '2019-10-01 25:00'],
  },
  amount: {
    right: ['¥18.80', '100元', '1', '$5', '￥1234567890.12'],
    wrong: ['十元整', '12345678901', '¥', '18.80¥'],
  },
  phone_number: { right: ['+86-0766-66888866', '10086#1'], wrong: ['1'.repeat(18), '电话1'] },
  car_number: { right: ['粤A8Z888挂', '京AD12345'], wrong: ['粤A-123', '粤AAA123456', '粤A挂1'] },
  name: {
    right: ['字'.repeat(10), 'A'.repeat(20), 'Bob·李'],
    wrong: ['字'.repeat(11), 'A'.repeat(21), 'abcdefghij王', 'R2D2'],
  },
  phrase: { right: ['已发货'], wrong: ['已发货咯咯了', '已发A', '已 发'] },
};

describe('wechat-simulator: values of message keywords', () => {
  for (const [type, { right, wrong }] of Object.entries(values)) {
    const keyword = `${type}1`;
    const check = (value: unknown): void => assertTemplateValues([keyword], { [keyword]: { value } });

    it(`${type} takes what it may hold`, () => {
      for (const value of right) expect(() => check(value), value).not.to.throw();
    });

    it(`${type} refuses everything else with 47003, control characters too`, () => {
      const first = right[0] ?? '';
      for (const value of [...wrong, `${first}\n`, `${first}\u007f`]) {
        expect(() => check(value), JSON.stringify(value))
          .to.throw(MiniProgramRefusal)
          .with.property('errcode', 47003);
      }
    });
  }
});
