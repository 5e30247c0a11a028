import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type BillEntry, isOwn, isOwnOrder, parseEntry, toEntryKey, writeEntry } from './bill-entry.ts';
import { createEntryFile, partitions } from './entry-file.ts';
import { judgeEntry } from './judge-entry.ts';

const payment: BillEntry = {
  kind: 'payment',
  outTradeNo: 'order-1',
  transactionId: '4200',
  amountFen: 888,
  subMchId: undefined,
};
const refund: BillEntry = {
  ...payment,
  kind: 'refund',
  subMchId: '1900000109',
  amountFen: 100,
  refundId: '5030',
  outRefundNo: 'r"\n1',
  state: 'SUCCESS',
};
const rule = { isChecked: true, appIds: ['wx1'], outTradeNoPrefixes: ['a-', 'b-'], adopts: false };

describe('a line of a bill', () => {
  it('is the same after it was on disk, whatever stands in it', () => {
    for (const entry of [payment, refund, { ...payment, subMchId: '1900000109' }]) {
      expect(writeEntry(entry)).to.not.include('\n');
      expect(parseEntry(writeEntry(entry))).to.deep.equal(entry);
    }
    expect(toEntryKey(payment)).to.not.equal(toEntryKey({ ...payment, transactionId: '4201' }));
    expect(toEntryKey(payment)).to.not.equal(toEntryKey(refund));
  });

  const owned: [appId: string, outTradeNo: string, prefixes: string[], is: boolean][] = [
    ['wx1', 'a-1', ['a-', 'b-'], true],
    ['wx1', 'b-1', ['a-', 'b-'], true],
    ['wx1', 'c-1', ['a-', 'b-'], false],
    ['wx1', 'c-1', [], true],
    ['wx2', 'a-1', ['a-'], false],
    ['wx2', 'a-1', [], false],
  ];
  for (const [appId, outTradeNo, outTradeNoPrefixes, is] of owned) {
    it(`of ${appId} with ${outTradeNo} is ${is ? '' : 'not '}ours by ${JSON.stringify(outTradeNoPrefixes)}`, () => {
      expect(isOwn({ ...rule, outTradeNoPrefixes }, { appId, outTradeNo })).to.equal(is);
    });
  }

  it("of a service provider's order names the app of the service provider", () => {
    const order = { appId: 'wx9', spAppId: 'wx1', outTradeNo: 'a-1' } as Order;
    expect(isOwnOrder(rule, order)).to.equal(true);
    expect(isOwnOrder(rule, { ...order, spAppId: 'wx9' })).to.equal(false);
  });

  const known = {
    transactionId: '4200',
    amountFen: 888,
    otherPayments: [{ transactionId: '4201', amountFen: 7 }],
    refunds: [{ refundId: '5030', refundFen: 100, status: 'SUCCESS' }],
  } as unknown as Order;
  const abnormal = { ...known, refunds: [{ ...known.refunds[0], status: 'ABNORMAL' }] } as Order;
  const judged: [what: string, entry: BillEntry, order: Order | undefined, kind: string][] = [
    ['of an order that nobody registered', payment, undefined, 'unregistered'],
    ['that paid its order', payment, known, 'here'],
    ['with another amount than its order', { ...payment, amountFen: 889 }, known, 'differs'],
    ['that is a second payment', { ...payment, transactionId: '4201', amountFen: 7 }, known, 'here'],
    ['that is a second payment of another amount', { ...payment, transactionId: '4201' }, known, 'differs'],
    ['of a transaction that is not known', { ...payment, transactionId: '4202' }, known, 'ask'],
    ['of an order that nobody paid here', payment, { ...known, transactionId: undefined } as never, 'ask'],
    ['that is a known refund', refund, known, 'here'],
    ['that is a known refund of another amount', { ...refund, amountFen: 99 }, known, 'differs'],
    ['that is a refund which is not known', { ...refund, refundId: '5031' }, known, 'ask'],
    ['that is a refund which arrived after all', refund, abnormal, 'ask'],
    ['that is a refund which has not arrived', { ...refund, state: 'CHANGE' }, abnormal, 'here'],
  ];
  for (const [what, entry, order, kind] of judged) {
    it(`${what}: ${kind}`, () => expect(judgeEntry(entry, order, rule).kind).to.equal(kind));
  }
  it('of an order that nobody registered is asked about where the merchant adopts', () => {
    expect(judgeEntry(payment, undefined, { ...rule, adopts: true }).kind).to.equal('ask');
  });
});

describe('entries on disk', () => {
  it('come back by partition, those of one order in one, from a file without a name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huidiao-entries-'));
    const file = await createEntryFile(folder);
    try {
      expect(await readdir(folder)).to.deep.equal([]);
      const numbers = Array.from({ length: 20_000 }, (_, number) => `order-${number}`);
      for (const outTradeNo of numbers) {
        file.add({ ...payment, outTradeNo });
        file.add({ ...refund, outTradeNo });
        if (outTradeNo.endsWith('999')) await file.flush();
      }
      const found: string[] = [];
      for (let partition = 0; partition < partitions; partition += 1) {
        const kinds = new Map<string, number>();
        for await (const entries of file.read(partition)) {
          for (const { outTradeNo } of entries) kinds.set(outTradeNo, (kinds.get(outTradeNo) ?? 0) + 1);
        }
        expect(kinds.size).to.be.within(30, 160);
        expect([...kinds.values()].every((count) => count === 2)).to.equal(true);
        found.push(...kinds.keys());
      }
      expect(found.sort()).to.deep.equal(numbers.sort());
    } finally {
      await file.close();
      await rm(folder, { recursive: true });
    }
  });
});
