import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type Simulator, toBeijingDay } from '../index.ts';
import {
  type Answer,
  appId,
  callJson,
  callPay,
  newOutTradeNo,
  openId,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

const { mchId } = testMerchant;
const otherMchId = '1900000110';
const hourMs = 3_600_000;
const notifyUrl = 'http://127.0.0.1:9/nobody-listens';

interface BillAnswer {
  readonly download_url: string;
  readonly hash_type: string;
  readonly hash_value: string;
}

describe('wechat-simulator: bills', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await createSimulator({ merchants: [testMerchant, { ...testMerchant, mchId: otherMchId }] });
  });
  afterEach(() => simulator.close());

  const pay = (totalFen: number): { outTradeNo: string; day: string } => {
    const outTradeNo = newOutTradeNo();
    const payment = { mchId, appId, openId, outTradeNo, totalFen, notifyUrl, attach: 'table 4, upstairs' };
    simulator.payDirectly(payment, { drop: 100 });
    return { outTradeNo, day: toBeijingDay(Date.now()) };
  };
  const apply = (query: string, api = 'tradebill'): Promise<Answer> =>
    callPay(simulator.uri, 'GET', `/v3/bill/${api}?${query}`);
  const applied = async (query: string, api?: string): Promise<BillAnswer> => {
    const { status, text } = await apply(query, api);
    expect(status, text).to.equal(200);
    return JSON.parse(text) as BillAnswer;
  };
  const download = (bill: BillAnswer): Promise<Answer> => {
    const { pathname, search } = new URL(bill.download_url);
    return callPay(simulator.uri, 'GET', pathname + search);
  };
  const read = async (query: string, api?: string): Promise<string[][]> =>
    toCells((await download(await applied(query, api))).text);
  /** Two days on, noon: the bill of today and yesterday is ready, whatever time it is. */
  const waitForBill = (): Promise<void> => simulator.clock.advance(48 * hourMs);

  it('a payment and its refund are two lines of yuan behind backticks, between a header and a summary', async () => {
    const { outTradeNo, day } = pay(1_880);
    const { refund } = simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 505 });
    await waitForBill();
    const bill = await applied(`bill_date=${day}&bill_type=ALL`);
    expect(bill.download_url).to.match(
      /^http:\/\/127\.0\.0\.1:\d+\/v3\/billdownload\/file\?token=[\w-]{64}$/,
    );
    const { text, headers } = await download(bill);
    expect(headers.get('wechatpay-signature')).to.equal(null);
    const lines = text.split('\r\n');
    expect(lines[0]).to.equal(
      '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注',
    );
    const { transaction_id: transactionId } = simulator.ledger(outTradeNo).orders[0] ?? {};
    const paid = `\`${appId},\`${mchId},\`0,\`,\`${transactionId},\`${outTradeNo},\`${openId},\`JSAPI`;
    const goods = 'prepaid elsewhere,`table 4\\  upstairs';
    expect(lines[1]).to.match(/^`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,`wx/);
    expect(lines[1]?.slice(21)).to.equal(
      `${paid},\`SUCCESS,\`OTHERS,\`CNY,\`18.80,\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`${goods},\`0.11000,\`0.60%,\`18.80,\`0.00,\``,
    );
    expect(lines[2]?.slice(21)).to.equal(
      `${paid},\`REFUND,\`OTHERS,\`CNY,\`0.00,\`0.00,\`${refund.refundId},\`${refund.outRefundNo},\`5.05,\`0.00,\`ORIGINAL,\`SUCCESS,\`${goods},\`-0.03000,\`0.60%,\`0.00,\`5.05,\``,
    );
    expect(lines.slice(3)).to.deep.equal([
      '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
      '`2,`18.80,`5.05,`0.00,`0.08000,`18.80,`5.05',
      '',
    ]);
  });

  it('the hash is that of the file before it is compressed', async () => {
    const { day } = pay(100);
    await waitForBill();
    const plain = await applied(`bill_date=${day}`);
    const packed = await applied(`bill_date=${day}&tar_type=GZIP`);
    expect([packed.hash_type, packed.hash_value]).to.deep.equal([plain.hash_type, plain.hash_value]);
    const fetched = await fetchBytes(simulator, packed);
    const file = gunzipSync(fetched);
    expect(createHash('sha1').update(file).digest('hex')).to.equal(plain.hash_value);
    expect(file.subarray(0, 3).toString('hex')).to.equal('efbbbf');
    simulator.faults.set({ bill_style: 'plain' });
    expect((await download(await applied(`bill_date=${day}`))).text).to.match(/^交易时间.*[^\r]\n`/);
  });

  it('SUCCESS has payments and no columns of refunds, REFUND has refunds and two times more', async () => {
    const { outTradeNo, day } = pay(1_000);
    simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 1, course: 'ABNORMAL' });
    await waitForBill();
    const [header, ...payments] = await read(`bill_date=${day}&bill_type=SUCCESS`);
    expect(header).to.have.length(20).and.not.include('微信退款单号');
    expect(payments).to.have.length(3);
    const [columns = [], row = [], ...rest] = await read(`bill_date=${day}&bill_type=REFUND`);
    expect(rest).to.have.length(2);
    expect(columns).to.have.length(29);
    expect(row[columns.indexOf('退款状态')]).to.equal('CHANGE');
    expect(row[columns.indexOf('退款成功时间')]).to.equal('');
    expect(row[columns.indexOf('退款金额')]).to.equal('0.01');
  });

  it('a bill is there from 10:00 in Beijing on the next day, for three months, and only of days with payments', async () => {
    const { day } = pay(100);
    const codeOf = async (query: string, api?: string): Promise<string> =>
      (await apply(query, api)).json.code;
    expect(await codeOf(`bill_date=${day}`)).to.equal('INVALID_REQUEST');
    const tenOClock = Date.parse(`${day}T10:00:00+08:00`) + 24 * hourMs;
    await simulator.clock.advance(tenOClock - 60_000 - simulator.clock.now());
    expect(await codeOf(`bill_date=${day}`)).to.equal('STATEMENT_CREATING');
    await simulator.clock.advance(60_000);
    expect((await apply(`bill_date=${day}`)).status).to.equal(200);
    const dayBefore = toBeijingDay(Date.parse(day) - 48 * hourMs);
    expect((await apply(`bill_date=${dayBefore}`)).status).to.equal(400);
    expect(await codeOf(`bill_date=${dayBefore}`)).to.equal('NO_STATEMENT_EXIST');
    expect(await codeOf(`bill_date=${day}&bill_type=REFUND`)).to.equal('NO_STATEMENT_EXIST');
    expect(await codeOf(`bill_date=${day}&account_type=FEES`, 'fundflowbill')).to.equal('NO_STATEMENT_EXIST');
    for (const wrong of ['2026-02-30', '20261122', '']) {
      expect(await codeOf(`bill_date=${wrong}`), wrong).to.equal('PARAM_ERROR');
    }
    expect(await codeOf(`bill_date=${day}&bill_type=MINE`)).to.equal('PARAM_ERROR');
    expect(await codeOf(`bill_date=${day}&sub_mchid=1900000999`)).to.equal('PARAM_ERROR');
    await simulator.clock.advance(93 * 24 * hourMs);
    expect(await codeOf(`bill_date=${day}`)).to.equal('INVALID_REQUEST');
  });

  it('the address lives 30 s, for a signed request of the merchant that asked', async () => {
    const { day } = pay(100);
    await waitForBill();
    const bill = await applied(`bill_date=${day}`);
    const unsigned = await callJson('GET', bill.download_url);
    expect([unsigned.status, unsigned.json.code]).to.deep.equal([401, 'SIGN_ERROR']);
    const { pathname, search } = new URL(bill.download_url);
    const other = await callPay(simulator.uri, 'GET', pathname + search, undefined, { mchId: otherMchId });
    expect([other.status, other.json.code]).to.deep.equal([403, 'NO_AUTH']);
    await simulator.clock.advance(29_000);
    expect((await download(bill)).status).to.equal(200);
    await simulator.clock.advance(2_000);
    const late = await download(bill);
    expect([late.status, late.json.code]).to.deep.equal([400, 'INVALID_REQUEST']);
  });

  it('rows are put into a day, dropped and altered', async () => {
    const [kept, dropped, altered] = [pay(100), pay(200), pay(300)];
    const { refund } = simulator.refundAtConsole(mchId, kept.outTradeNo);
    const change = await callJson('POST', `${simulator.uri}/simulator/bill-rows`, {
      mchid: mchId,
      bill_date: kept.day,
      add: [
        { out_trade_no: 'TILL-1', total: 77, time: `${kept.day} 00:00:00` },
        { out_trade_no: 'TILL-2', total: 88, refund: { out_refund_no: 'TILL-2-R', refund: 44 } },
      ],
      drop: [{ out_trade_no: dropped.outTradeNo }],
      alter: [
        { out_trade_no: altered.outTradeNo, fen: 333 },
        { out_refund_no: refund.outRefundNo, fen: 99 },
      ],
    });
    expect(change.status, change.text).to.equal(200);
    await waitForBill();
    const [columns = [], ...rows] = await read(`bill_date=${kept.day}`);
    const told = rows.slice(0, -2).map((row) => [row[6], row[columns.indexOf('订单金额')], row[16]]);
    expect(told).to.have.deep.members([
      ['TILL-1', '0.77', '0.00'],
      ['TILL-2', '0.00', '0.44'],
      [kept.outTradeNo, '1.00', '0.00'],
      [kept.outTradeNo, '0.00', '0.99'],
      [altered.outTradeNo, '3.33', '0.00'],
    ]);
  });

  it('the fund flow bill has what came in and went out after the fee', async () => {
    const { outTradeNo, day } = pay(10_000);
    const { refund } = simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 5_000 });
    await waitForBill();
    const [header, income, expense, ...summary] = await read(`bill_date=${day}`, 'fundflowbill');
    expect(header?.[0]).to.equal('记账时间');
    expect(income?.slice(3, 8)).to.deep.equal(['交易', '交易', '收入', '99.40', '99.40']);
    expect(income?.at(-1)).to.equal(outTradeNo);
    expect(expense?.slice(3, 8)).to.deep.equal(['退款', '退款', '支出', '49.70', '49.70']);
    expect(expense?.at(-1)).to.equal(refund.outRefundNo);
    expect(summary[1]).to.deep.equal(['2', '1', '99.40', '1', '49.70']);
  });

  it('a bill can be damaged on its way, and asking for it can go wrong', async () => {
    const { day } = pay(100);
    await waitForBill();
    simulator.faults.set({
      api: [{ api: 'bill_download', moment: 'after', answer: 'wrong_signature', times: 1 }],
    });
    const bill = await applied(`bill_date=${day}`);
    const hashOf = ({ text }: Answer): string => createHash('sha1').update(`\ufeff${text}`).digest('hex');
    expect(hashOf(await download(bill))).not.to.equal(bill.hash_value);
    expect(hashOf(await download(bill))).to.equal(bill.hash_value);
    simulator.faults.set({ api: [{ api: 'bill', moment: 'before', answer: 'system_error', times: 1 }] });
    expect((await apply(`bill_date=${day}`)).json.code).to.equal('SYSTEM_ERROR');
  });

  it('a service provider’s bill is of all its merchants, or of one', async () => {
    const provider = await createSimulator({ merchants: [{ ...testMerchant, isServiceProvider: true }] });
    try {
      const day = toBeijingDay(Date.now());
      for (const sub of ['1900000201', '1900000202']) {
        const outTradeNo = newOutTradeNo();
        const payment = { mchId, appId, openId, outTradeNo, totalFen: 1, notifyUrl, sub: { mchId: sub } };
        provider.payDirectly(payment, { drop: 100 });
      }
      await provider.clock.advance(48 * hourMs);
      const countOf = async (query: string): Promise<number> => {
        const { text } = await callPay(provider.uri, 'GET', `/v3/bill/tradebill?bill_date=${day}${query}`);
        const { pathname, search } = new URL((JSON.parse(text) as BillAnswer).download_url);
        return toCells((await callPay(provider.uri, 'GET', pathname + search)).text).length - 3;
      };
      expect([await countOf(''), await countOf('&sub_mchid=1900000202')]).to.deep.equal([2, 1]);
    } finally {
      await provider.close();
    }
  });

  it('a bill of 20,000 synthetic lines is made while it is read', async () => {
    const day = toBeijingDay(Date.now());
    simulator.changeBill(mchId, day, { synthetic: { count: 20_000, outTradeNoPrefix: 'POS' } });
    await waitForBill();
    const bill = await applied(`bill_date=${day}&tar_type=GZIP`);
    const file = gunzipSync(await fetchBytes(simulator, bill));
    expect(createHash('sha1').update(file).digest('hex')).to.equal(bill.hash_value);
    const lines = file.toString().split('\r\n');
    expect(lines).to.have.length(20_000 + 4);
    expect(lines[20_000]).to.contain(',`POS00019999,');
    // 1 to 10,000 fen, twice.
    expect(lines.at(-2)).to.match(/^`20000,`1000100\.00,/);
  });
});

/** A bill without its byte order mark, line by line, without backticks. */
function toCells(text: string): string[][] {
  return text
    .replace('\ufeff', '')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => line.split(',').map((cell) => cell.replace('`', '')));
}

async function fetchBytes(simulator: Simulator, bill: BillAnswer): Promise<Buffer> {
  const { pathname, search } = new URL(bill.download_url);
  return (await callPay(simulator.uri, 'GET', pathname + search)).bytes;
}
