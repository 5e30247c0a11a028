import { expect } from 'chai';
import { describe, it } from 'mocha';
import { newDeadLetter, openId } from './dead-letters.fixture.test.ts';
import { maskPersonalData } from './mask-personal-data.ts';
import { parseTime } from './parse-time.ts';
import { printDeadLetter, toDeadLetterJson } from './print-dead-letter.ts';
import { printList } from './print-list.ts';
import { toPrintable } from './to-printable.ts';
import { toTime } from './to-time.ts';
import { toYuan } from './to-yuan.ts';

const stored = {
  ...newDeadLetter(),
  id: 'payment-event/apply-payment_1',
  state: 'open',
  fingerprint: 'f'.repeat(64),
  times: 2,
  replays: 1,
  history: [],
  mchId: '1900000001',
  outTradeNo: 'TEA-0001',
  amountFen: 8_800,
} as const;

describe('what the command prints', () => {
  for (const [fen, yuan] of [
    [1, '¥0.01'],
    [8_800, '¥88.00'],
    [123_456_705, '¥1,234,567.05'],
    [0, '¥0.00'],
  ] as const) {
    it(`${fen} fen as ${yuan}`, () => expect(toYuan(fen)).to.equal(yuan));
  }

  it('times in a form that --since understands', () => {
    const time = new Date('2026-11-22T10:00:00Z');
    expect(parseTime(toTime(time), new Date())).to.deep.equal(time);
  });

  it('no control character of what came from outside, which could rewrite the terminal', () => {
    const hostile = 'a\u001b[2Jb\u009bc\rd\u202ee\u2028f\n';
    expect(toPrintable(hostile)).to.equal('a\\u{1b}[2Jb\\u{9b}c\\u{d}d\\u{202e}e\\u{2028}f\n');
    const row = { ...stored, reason: hostile, details: { answer: hostile } };
    const list = printList({ deadLetters: [{ ...stored, id: `q/${hostile}` }], next: undefined });
    for (const text of [printDeadLetter(row), list]) {
      for (const character of hostile.slice(0, -1).replaceAll(/[\w[]/g, '')) {
        expect(text).not.to.include(character);
      }
    }
  });

  it('one line for each dead letter: when, state, code, order, yuan, times and ID', () => {
    expect(printList({ deadLetters: [stored], next: undefined })).to.equal(
      '2026-01-05T10:10:00Z  open  ORDER_UNKNOWN  TEA-0001  ¥88.00  2x  payment-event/apply-payment_1\n',
    );
  });

  it('that there are more than the limit let in', () => {
    expect(printList({ deadLetters: [stored], next: 'x' })).to.match(/\nmore fit; these are the latest 1/);
  });

  it('who paid in no form, wherever it stands', () => {
    const payload = { openId, list: [{ payer: { openid: openId, sub_openid: openId } }], touser: [openId] };
    expect(JSON.stringify(maskPersonalData(payload))).not.to.include(openId);
    expect(maskPersonalData({ open_id: openId, unionId: null, amountFen: 1 })).to.deep.equal({
      open_id: '****eS6o',
      unionId: null,
      amountFen: 1,
    });
    for (const text of [printDeadLetter(stored), JSON.stringify(toDeadLetterJson(stored))]) {
      expect(text).to.include('****eS6o').and.not.include(openId);
    }
  });

  it('what to do, and the history', () => {
    const history = [
      { at: new Date('2026-11-22T10:20:00Z'), action: 'replayed', by: 'li' },
      { at: new Date('2026-11-22T10:30:00Z'), action: 'discarded', by: 'wang', reason: 'refunded by hand' },
    ] as const;
    expect(printDeadLetter({ ...stored, history }))
      .to.match(/what to do {2}Find out who created the order; register it/)
      .and.include('2026-11-22T10:20:00Z replayed by li\n')
      .and.include('2026-11-22T10:30:00Z discarded by wang: refunded by hand\n');
  });

  it('a code of another version, without failing', () => {
    expect(printDeadLetter({ ...stored, errorCode: 'constructor' })).to.include('does not know');
  });

  it('a long payload shortened for people and whole for scripts', () => {
    const row = { ...stored, payload: { body: 'x'.repeat(3_000) } };
    expect(printDeadLetter(row)).to.include('(3000 characters; --json prints them all)');
    expect(printDeadLetter(row)).not.to.include('x'.repeat(2_001));
    expect(JSON.stringify(toDeadLetterJson(row))).to.include('x'.repeat(3_000));
  });
});
