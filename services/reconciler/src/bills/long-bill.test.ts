import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rsaKeysOf } from '@huidiao/testing';
import { createSimulator, toBeijingDay } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, mchId, toMerchant } from '../reconciler.fixture.test.ts';
import { toShort } from './bills.fixture.test.ts';
import { checkLongBill } from './long-bill.fixture.test.ts';

const usualCount = 20_000;
/** `npm test -- 'services/reconciler/src/bills/long-bill.test.ts' --count=1000000` checks a million. */
const count = Number(
  process.argv.find((one) => one.startsWith('--count='))?.slice('--count='.length) ?? usualCount,
);
/** What waits to be written takes 5 at most, however long the bill; keeping all of both sides takes 10 and more. */
const mostLiveMb = 7;

describe('a long bill', () => {
  it('is checked in memory that does not grow with its lines', async function test() {
    this.timeout(Math.max(20_000, count));
    const merchantPublicKeyPem = rsaKeysOf('merchant')
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString();
    const merchantSerialNo = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
    const apiV3Key = '0123456789abcdefghijklmnopqrstuv';
    const known = { mchId, merchantSerialNo, merchantPublicKeyPem, apiV3Key, appIds: [appId] };
    const simulator = await createSimulator({ merchants: [known] });
    const folder = await mkdtemp(join(tmpdir(), 'huidiao-long-bill-'));
    try {
      const billDate = toBeijingDay(Date.now());
      const rows = { count, outTradeNoPrefix: 'long-', totalFen: 100, appId };
      simulator.changeBill(mchId, billDate, { synthetic: rows });
      await simulator.clock.advance(48 * 3_600_000);
      const bill = { isChecked: true, appIds: [appId], outTradeNoPrefixes: [], adopts: false };
      const merchant = { ...toMerchant(simulator), bill };
      const long = { merchant, billDate, rows, payUrl: simulator.uri, folder };
      const { proof, ...measured } = await checkLongBill(long);
      expect(proof.rows).to.equal(count);
      expect(toShort(proof)).to.deep.equal({ received: [count, count * 100] });
      expect(measured.liveMb).to.be.lessThan(mostLiveMb);
      expect(await readdir(folder)).to.deep.equal([]);
      if (count > usualCount) process.stdout.write(`${JSON.stringify({ count, ...measured })}\n`);
    } finally {
      await rm(folder, { recursive: true });
      await simulator.close();
    }
  });
});
