import { createHash } from 'node:crypto';
import { AppError, toAppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeBillDate, toBillDateBefore, toBillReadyAt } from './bill-date.ts';
import { toBillUrl } from './download-bill.ts';
import { createBillCalls } from './trade-bill.ts';
import { createTradeBillReader, defaultBillLimits } from './trade-bill-reader.ts';
import type { TradeBillRow } from './trade-bill-row.ts';
import { parseYuan, toYuanText } from './yuan.ts';

const header =
  '交易时间,公众账号ID,商户号,特约商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,商品名称,订单金额,申请退款金额';
const paid =
  '`2026-11-21 12:00:00,`wx8888888888888888,`1900000001,`0,`4200000000000000000000000001,`order-1,`SUCCESS,`CNY,`18.50,`0,`0,`0.00,`,`茶，龙井,`18.80,`0.00';
const refunded =
  '`2026-11-21 13:00:00,`wx8888888888888888,`1900000001,`1900000109,`4200000000000000000000000001,`order-1,`REFUND,`CNY,`0.00,`5030,`refund-1,`5.00,`SUCCESS,`茶, 龙井,`0.00,`5.05';
const summaryHeader = '总交易单数,应结订单总金额,退款总金额,手续费总金额,订单总金额,申请退款总金额';
const summary = '`2,`18.50,`5.00,`0.11000,`18.80,`5.05';
const lines = [header, paid, refunded, summaryHeader, summary];

const payment: TradeBillRow = {
  kind: 'payment',
  appId: 'wx8888888888888888',
  mchId: '1900000001',
  transactionId: '4200000000000000000000000001',
  outTradeNo: 'order-1',
  currency: 'CNY',
  amountFen: 1_880,
};
const refund: TradeBillRow = {
  ...payment,
  kind: 'refund',
  subMchId: '1900000109',
  amountFen: 505,
  refund: { refundId: '5030', outRefundNo: 'refund-1', state: 'SUCCESS' },
};

/** Rows, or what was thrown, of a file that comes in pieces of this many characters. */
function read(file: string, piece = Number.POSITIVE_INFINITY, limits = defaultBillLimits) {
  const reader = createTradeBillReader(limits);
  const rows: TradeBillRow[] = [];
  try {
    for (let at = 0; at < file.length; at += piece) rows.push(...reader.feed(file.slice(at, at + piece)));
    const { rows: last, count, unread } = reader.end();
    return { rows: [...rows, ...last], count, ...(unread.count > 0 && { unread }) };
  } catch (error) {
    const { code, details, message } = toAppError(error);
    return { code, ...details, told: JSON.stringify([details, message]) };
  }
}

describe('a trade bill', () => {
  for (const [style, file] of [
    ['in plain text', lines.join('\n')],
    ['as spreadsheets want it', `\ufeff${lines.join('\r\n')}\r\n`],
  ] as const) {
    it(`is read ${style}, in pieces of whatever size`, () => {
      for (const piece of [1, 2, 7, 100, Number.POSITIVE_INFINITY]) {
        expect(read(file, piece), String(piece)).to.deep.equal({ rows: [payment, refund], count: 2 });
      }
    });
  }

  it('may have its columns in any order, and others', () => {
    const order = [15, 3, 0, 14, 2, 9, 1, 13, 12, 4, 5, 6, 7, 11, 8, 10];
    const shuffle = (cells: readonly string[]) => [...order.map((at) => cells[at]), 'new'];
    const rows = [paid, refunded].map((row) => `\`${shuffle(row.slice(1).split(',`')).join(',`')}`);
    const file = [shuffle(header.split(',')).join(','), ...rows, summaryHeader, summary].join('\n');
    expect(read(file)).to.deep.equal({ rows: [payment, refund], count: 2 });
  });

  for (const [what, text] of [
    ['a line break', '茶\n龙井'],
    ['the beginning of another row', '茶\r\n`2026-11-21 12:00:00,`wx'],
    ['what stands between two cells', '茶,`龙井,`0.01'],
    ['the ends of as many cells as follow, and a line break', '茶,`0.00,`0.00\n龙井'],
    ['the ends of more cells than follow, and lines that begin like a cell', '茶,`a,`b,`c\n`\n\n`龙井'],
    ['what the summary begins with', '茶,`0.00,`0.00\n总交易单数,应结订单总金额\n`1,`18.50'],
  ] as const) {
    it(`is read where a merchant’s text holds ${what}`, () => {
      const file = [header, paid.replace('茶，龙井', text), refunded, summaryHeader, summary].join('\n');
      expect(read(file)).to.deep.equal({ rows: [payment, refund], count: 2 });
    });
  }

  it('is read where two texts hold what stands between two cells', () => {
    const withPacket = (row: string, text: string) => row.replace(/(茶[^`]*)/, `$1\`${text},`);
    const file = [
      header.replace('商品名称', '商品名称,商户数据包'),
      withPacket(paid, 'a,`b\n,`c'),
      withPacket(refunded, ''),
      summaryHeader,
      summary,
    ].join('\n');
    expect(read(file)).to.deep.equal({ rows: [payment, refund], count: 2 });
  });

  it('is read where a row says no time', () => {
    const timeless = (row: string) => row.replace(/^`[^,]*/, '`');
    for (const rows of [
      [paid, timeless(refunded)],
      [timeless(paid), refunded],
    ]) {
      const file = [header, ...rows, summaryHeader, summary].join('\n');
      expect(read(file)).to.deep.equal({ rows: [payment, refund], count: 2 });
    }
  });

  const total = (rows: number) => [summaryHeader, summary.replace('`2', `\`${rows}`)];
  const broken: [what: string, line: number, reason: string, file: readonly string[]][] = [
    ['a row with a column too few', 2, 'number_of_columns', [header, paid.replace(',`CNY', ''), ...total(1)]],
    [
      'a row with an amount too many',
      2,
      'not_an_amount',
      [header, `${paid},\`secret`, `${paid},\`secret`, ...total(2)],
    ],
    [
      'a row with a column too many, none of them a text',
      2,
      'number_of_columns',
      [header.replace('商品名称', '商品'), `${paid},\`secret`, ...total(1)],
    ],
    ['a row without backticks', 2, 'no_backtick', [header, 'secret', ...total(1)]],
    [
      'a row whose amount is none',
      2,
      'not_an_amount',
      [header, paid.replace('18.80', 'secret'), ...total(1)],
    ],
    [
      'an amount with parts of a fen',
      2,
      'not_an_amount',
      [header, paid.replace('18.80', '18.805'), ...total(1)],
    ],
    ['no column for the order', 1, 'column_missing', [header.replace('商户订单号', '商户单号'), paid]],
    ['no summary', 4, 'no_summary', [header, paid, refunded]],
    ['half a summary', 5, 'no_summary', lines.slice(0, 4)],
    ['one row less than the summary says', 4, 'count_differs', [header, paid, summaryHeader, summary]],
    ['another sum', 5, 'sum_differs', [...lines.slice(0, 4), summary.replace('5.05', '5.06')]],
    ['something after the summary', 7, 'no_summary', [...lines, 'secret']],
    ['a very long line', 2, 'line_too_long', [header, `\`${'secret'.repeat(2_000)}`]],
    ['a very long line without an end', 2, 'line_too_long', [header, paid + 'secret'.repeat(9_999)]],
    [
      'a row that does not end',
      2,
      'line_too_long',
      [header, paid, ...Array.from({ length: 2_000 }, () => 'secret'), ...total(1)],
    ],
    ['nothing but a line feed', 1, 'column_missing', ['']],
  ];
  for (const [what, line, reason, file] of broken) {
    it(`with ${what} is refused by the number of its line, without what stands there`, () => {
      const found = read(`${file.join('\n')}\n`);
      expect(found).to.include({ code: 'BILL_NOT_UNDERSTOOD', line, reason });
      expect(JSON.stringify(found)).to.not.match(/secret|order-1|18\.8/);
    });
  }

  it('has no more rows than allowed', () => {
    const limits = { ...defaultBillLimits, mostRows: 1 };
    const found = { code: 'BILL_TOO_LONG', reason: 'too_many_rows', most: 1 };
    expect(read(lines.join('\n'), 50, limits)).to.include(found);
  });

  describe('with a row that cannot be read', () => {
    const bad = paid.replace('18.80', 'secret');
    const file = (rows: readonly string[], count: number, sums = summary) =>
      [header, ...rows, summaryHeader, sums.replace('`2', `\`${count}`)].join('\n');
    const more = summary.replace('18.80', '37.60').replace('18.50', '37.00');

    it('is read without that row, of which nothing is believed', () => {
      for (const at of [0, 1, 2]) {
        const rows = [paid, refunded].toSpliced(at, 0, bad);
        const unread = { count: 1, first: [{ line: at + 2, reason: 'not_an_amount', column: '订单金额' }] };
        for (const piece of [1, 100]) {
          const found = { rows: [payment, refund], count: 3, unread };
          expect(read(file(rows, 3, more), piece), String(at)).to.deep.equal(found);
        }
      }
    });

    it('is refused where count and sums do not leave that row', () => {
      const refused = { code: 'BILL_NOT_UNDERSTOOD', line: 3, reason: 'not_an_amount', unread: 1 };
      const rows = [paid, bad, refunded];
      expect(read(file(rows, 3, more)), 'it can be read without').to.have.property('count', 3);
      expect(read(file(rows, 2, more)), 'another count').to.include(refused);
      for (const [what, sums] of [
        ['less was given back than the others say', more.replace('5.05', '5.04')],
        ['less was paid than it settles', more.replace('37.60', '37.29')],
        ['another sum is settled', more.replace('37.00', '37.01')],
      ] as const) {
        expect(read(file(rows, 3, sums)), what).to.include(refused);
      }
      const unsettled = bad.replace('18.50', 'secret');
      expect(read(file([paid, unsettled, refunded], 3, more))).to.include({ ...refused, unread: 1 });
    });

    it('is refused where another says that it came to less than was settled of it', () => {
      const odd = paid.replace('18.80', '18.49');
      const rows = [odd, bad, refunded];
      expect(read(file(rows, 3, more))).to.include({ line: 3, reason: 'not_an_amount' });
    });

    it('is refused where there are more of them than one for each hundred that are right', () => {
      const rows = (good: number, wrong: number) => [
        ...Array.from({ length: good }, () => paid),
        ...Array.from({ length: wrong }, () => bad),
      ];
      const sums = (all: number) =>
        `\`2,\`${(all * 18.5).toFixed(2)},\`0.00,\`0.00,\`${(all * 18.8).toFixed(2)},\`0.00`;
      expect(read(file(rows(101, 2), 103, sums(103)))).to.have.property('count', 103);
      expect(read(file(rows(100, 2), 102, sums(102)))).to.include({ line: 102, reason: 'not_an_amount' });
    });

    it('is refused where all of them are laid out in another way', () => {
      expect(read(file([bad, bad], 2, more))).to.include({ line: 2, reason: 'not_an_amount', unread: 2 });
    });
  });
});

describe('the trade bill of a day', () => {
  const file = Buffer.from(lines.join('\n'));
  const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');
  const answer = { download_url: 'https://x/', hash_type: 'SHA1', hash_value: sha1(file).toUpperCase() };

  async function ask(bytes: Buffer, told: unknown = answer, limits = {}) {
    const asked: unknown[] = [];
    const rows: TradeBillRow[] = [];
    const calls = createBillCalls({
      fire: async (request) => {
        asked.push(request);
        if (told instanceof AppError) throw told;
        return told;
      },
      async *download() {
        for (let at = 0; at < bytes.length; at += 10) yield bytes.subarray(at, at + 10);
      },
    });
    const wanted = { billDate: '2026-11-21', billType: 'ALL', limits } as const;
    const outcome = await calls
      .tradeBill(wanted, async (more) => void rows.push(...more))
      .catch((error: unknown) => toAppError(error).code);
    return { asked, rows, outcome };
  }

  it('is asked for packed, by its day and kind', async () => {
    const { asked, rows, outcome } = await ask(file);
    const path = '/v3/bill/tradebill?bill_date=2026-11-21&bill_type=ALL&tar_type=GZIP';
    expect(asked).to.deep.equal([{ api: 'trade-bill', method: 'GET', path }]);
    expect(outcome).to.deep.equal({ rows: 2, bytes: file.length, unread: { count: 0, first: [] } });
    expect(rows).to.deep.equal([payment, refund]);
  });

  it('counts for nothing with another hash, though every line of it can be read', async () => {
    const other = Buffer.from(lines.join('\n').replace('refund-1', 'refund-2'));
    expect((await ask(other)).outcome).to.equal('BILL_HASH_DIFFERS');
  });

  it('that was damaged on its way says so, rather than that it cannot be read', async () => {
    expect((await ask(Buffer.from(file).fill(0x2c, 200, 260))).outcome).to.equal('BILL_HASH_DIFFERS');
  });

  it('that WeChat Pay signed and that cannot be read says that', async () => {
    const other = Buffer.from('something else\n');
    const { outcome } = await ask(other, { ...answer, hash_value: sha1(other) });
    expect(outcome).to.equal('BILL_NOT_UNDERSTOOD');
  });

  it('is not read beyond its largest size', async () => {
    expect((await ask(file, answer, { mostBytes: 100 })).outcome).to.equal('BILL_TOO_LONG');
  });

  it('may not exist', async () => {
    expect((await ask(file, new AppError('WECHAT_NOT_FOUND'))).outcome).to.equal(undefined);
  });

  it('is not understood with another hash than SHA1', async () => {
    expect((await ask(file, { ...answer, hash_type: 'MD5' })).outcome).to.equal('WECHAT_SYSTEM_ERROR');
  });
});

describe('where a bill is fetched', () => {
  const base = 'http://wechat-proxy.internal:8080';
  for (const url of [
    'https://api.mch.weixin.qq.com/v3/billdownload/file?token=a',
    'https://api2.mch.weixin.qq.com/v3/billdownload/file?token=a',
    `${base}/v3/billdownload/file?token=a`,
  ]) {
    it(`may be ${url}`, () => expect(toBillUrl(url, base).href).to.equal(url));
  }
  for (const url of [
    'http://api.mch.weixin.qq.com/v3/billdownload/file',
    'https://api.mch.weixin.qq.com:8443/v3/billdownload/file',
    'https://api.mch.weixin.qq.com.evil.example/',
    'https://evil.example/?api.mch.weixin.qq.com',
    'https://wechat-proxy.internal:8080/',
    'file:///etc/passwd',
    'nothing',
  ]) {
    it(`is never ${url}`, () => expect(() => toBillUrl(url, base)).to.throw(AppError));
  }
});

describe('an amount of a bill', () => {
  const rows: [text: string, fen: number | undefined][] = [
    ['0.29', 29],
    ['1.1', 110],
    ['0.0', 0],
    ['0', 0],
    ['-0.00', 0],
    ['-3.05', -305],
    ['18.80000', 1_880],
    ['9999999999999.99', 999_999_999_999_999],
    ['18.805', undefined],
    ['1,000.00', undefined],
    ['¥1.00', undefined],
    ['', undefined],
    ['.5', undefined],
    ['1e3', undefined],
  ];
  for (const [text, fen] of rows) it(`${text} is ${fen} fen`, () => expect(parseYuan(text)).to.equal(fen));
  for (const [fen, text] of [
    [0, '0.00'],
    [5, '0.05'],
    [1_880, '18.80'],
    [-305, '-3.05'],
  ] as const) {
    it(`${fen} fen are ${text}`, () => expect(toYuanText(fen)).to.equal(text));
  }
});

describe('the day of a bill', () => {
  // 09:59 in Beijing on the 22nd.
  const now = new Date('2026-11-22T01:59:00Z');
  const rows: [day: string, now: Date, verdict: string][] = [
    ['2026-11-21', now, 'not_yet'],
    ['2026-11-21', new Date('2026-11-22T02:00:00Z'), 'possible'],
    ['2026-11-20', now, 'possible'],
    ['2026-11-22', now, 'not_past'],
    ['2026-11-22', new Date('2026-11-22T16:00:00Z'), 'not_yet'],
    ['2027-01-01', now, 'not_past'],
    ['2026-08-24', now, 'possible'],
    ['2026-08-23', now, 'too_old'],
  ];
  for (const [day, at, verdict] of rows) {
    it(`${day} is ${verdict} at ${at.toISOString()}`, () => expect(judgeBillDate(day, at)).to.equal(verdict));
  }
  it('is one of Beijing, and its bill is there at ten', () => {
    expect(toBillDateBefore(new Date('2026-11-21T16:00:00Z'), 1)).to.equal('2026-11-21');
    expect(toBillReadyAt('2026-11-21').toISOString()).to.equal('2026-11-22T02:00:00.000Z');
  });
});
