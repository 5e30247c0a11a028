import type { App, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  createMerchantFiles,
  type MerchantFiles,
  merchantEnv,
  toAppEntry,
  toMerchantEntry,
} from '../../test/merchant-files.ts';
import {
  createDirectoryFrom,
  createLiveDirectory,
  type LiveDirectory,
  toLiveDirectory,
} from './live-directory.ts';

const first = toMerchantEntry();
const second = { ...first, mchid: '1900000002' };
const app = { ...toAppEntry(), templates: {} };
const unchanged = { added: [], changed: [], removed: [] };

/** Timers that a test lets come to their end. */
function createTimers() {
  const waiting = new Set<() => void>();
  return {
    waiting,
    timers: {
      after: (_ms: number, run: () => void) => {
        waiting.add(run);
        return () => void waiting.delete(run);
      },
    },
    runAll() {
      const due = [...waiting];
      waiting.clear();
      for (const run of due) run();
    },
  };
}

describe('the live directory', () => {
  let files: MerchantFiles;
  let time: ReturnType<typeof createTimers>;
  let directory: LiveDirectory;
  beforeEach(() => {
    files = createMerchantFiles();
    time = createTimers();
    const file = files.writeMerchants([first, second], [app]);
    directory = createLiveDirectory({ file, env: merchantEnv, timers: time.timers });
  });
  afterEach(() => files.remove());

  const merchantOf = (mchId: string): Merchant => directory.merchants.get(mchId) ?? expect.fail(mchId);
  const appOf = (appId: string): App => directory.apps.get(appId) ?? expect.fail(appId);

  it('is what the file says now, after a reload, and tells what changed', async () => {
    files.writeMerchants(
      [
        { ...first, late_payment: 'deliver' },
        { ...first, mchid: '1900000003' },
      ],
      [app],
    );
    expect([...directory.merchants.keys()], 'before the reload').to.deep.equal(['1900000001', '1900000002']);
    expect(await directory.reload()).to.deep.equal({
      kind: 'reloaded',
      merchants: { added: ['1900000003'], changed: ['1900000001'], removed: ['1900000002'] },
      apps: unchanged,
    });
    expect(merchantOf('1900000001').latePayment).to.equal('deliver');
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000001', '1900000003']);
    expect(merchantOf('1900000001')).to.be.frozen;
  });

  it('keeps the very objects of entries that did not change', async () => {
    const [one, two] = [merchantOf('1900000001'), merchantOf('1900000002')];
    files.writeMerchants([first, { ...second, late_payment: 'deliver' }], [app]);
    await directory.reload();
    expect(merchantOf('1900000001')).to.equal(one);
    expect(merchantOf('1900000002')).to.not.equal(two);
    expect(two.latePayment, 'whoever works with the former one is not disturbed').to.equal('refund');
  });

  it('sees a secret or a key whose file was changed, though the merchants file was not', async () => {
    const old = merchantOf('1900000001').shop?.webhookSecrets[0];
    files.write('webhook_secret', `whsec_${'B'.repeat(40)}\n`);
    const report = await directory.reload();
    expect(report).to.deep.include({ merchants: { ...unchanged, changed: ['1900000001', '1900000002'] } });
    expect(merchantOf('1900000001').shop?.webhookSecrets[0]).to.not.equal(old);
  });

  it('takes over nothing of a file that has any problem, and names them all', async () => {
    const before = [...directory.merchants.values()];
    files.writeMerchants(
      [
        { ...first, late_payment: 'deliver' },
        { ...second, appids: [] },
      ],
      [{ ...app, lang: 'x' }],
    );
    const report = await directory.reload();
    expect(report.kind === 'refused' && report.error.message)
      .to.include('merchants[1].appids')
      .and.include('apps[0].lang');
    expect([...directory.merchants.values()]).to.deep.equal(before);
    expect(merchantOf('1900000001')).to.equal(before[0]);
  });

  it('takes the file once it is right again', async () => {
    files.write('merchants.json', '{');
    expect(await directory.reload()).to.include({ kind: 'refused' });
    files.writeMerchants([second], []);
    expect(await directory.reload()).to.include({ kind: 'reloaded' });
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000002']);
  });

  it('ends with the last of several reloads, though an earlier one takes longer', async () => {
    const { merchants, apps } = directory;
    const reads: ((ids: readonly string[]) => void)[] = [];
    const read = () =>
      new Promise<MerchantDirectory>((resolve) => {
        reads.push((ids) => {
          resolve({ merchants: new Map([...merchants].filter(([id]) => ids.includes(id))), apps });
        });
      });
    const slow = createDirectoryFrom({ initial: directory, read });
    const reloads = [slow.reload(), slow.reload()];
    await waitFor('the first to read', () => reads.length > 0);
    reads[1]?.(['1900000002']);
    reads[0]?.(['1900000001']);
    await waitFor('the second to read', () => reads.length === 2);
    reads[1]?.(['1900000002']);
    await Promise.all(reloads);
    expect([...slow.merchants.keys()]).to.deep.equal(['1900000002']);
  });

  it('ends with the last of several reloads that were asked for at once', async () => {
    const reloads = [first, second].map((entry) => {
      files.writeMerchants([entry]);
      return directory.reload();
    });
    await Promise.all(reloads);
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000002']);
  });

  it('lets others run while it reads many merchants', async () => {
    const many = Array.from({ length: 500 }, (_, number) => ({
      ...first,
      mchid: String(1_900_000_100 + number),
    }));
    files.writeMerchants(many);
    let turns = 0;
    let isReading = true;
    const count = () => {
      turns += 1;
      if (isReading) setImmediate(count);
    };
    setImmediate(count);
    await directory.reload();
    isReading = false;
    expect(directory.merchants.size).to.equal(500);
    expect(turns).to.be.greaterThan(1);
  });

  it('tells whoever follows it, when anything changed and only then', async () => {
    const seen: number[] = [];
    const unfollow = directory.onChange(() => seen.push(directory.merchants.size));
    await directory.reload();
    files.writeMerchants([first]);
    await directory.reload();
    unfollow();
    files.writeMerchants([first, second]);
    await directory.reload();
    expect(seen).to.deep.equal([1]);
  });

  it('tells all who follow it, though one of them fails, and the change stands', async () => {
    const told: string[] = [];
    directory.onChange(() => {
      throw new Error('one fails');
    });
    directory.onChange(() => told.push('the other'));
    files.writeMerchants([second]);
    expect(await directory.reload().catch(({ message }) => message)).to.equal('one fails');
    expect(told).to.deep.equal(['the other']);
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000002']);
    files.writeMerchants([first]);
    await directory.reload().catch(() => undefined);
    expect([...directory.merchants.keys()], 'the next reload goes on').to.deep.equal(['1900000001']);
  });

  describe('what belongs to an entry', () => {
    /** Makes a text for each merchant, which names the one before it. */
    function follow() {
      const released: string[] = [];
      let made = 0;
      const of = directory.perObject<Merchant, string>({
        make: ({ mchId }, before) => {
          made += 1;
          return `${mchId}#${made}${before === undefined ? '' : ` after ${before}`}`;
        },
        release: (value) => released.push(value),
      });
      return { of, released };
    }

    it('is made once and stays while the entry is the same, over any number of reloads', async () => {
      const { of, released } = follow();
      expect(of(merchantOf('1900000001'))).to.equal('1900000001#1');
      files.writeMerchants([first, { ...second, late_payment: 'deliver' }]);
      await directory.reload();
      expect(of(merchantOf('1900000001'))).to.equal('1900000001#1');
      time.runAll();
      expect(released).to.deep.equal([]);
    });

    it('is made anew for a changed entry, and the former one is released after some time', async () => {
      const { of, released } = follow();
      const former = merchantOf('1900000001');
      of(former);
      files.writeMerchants([{ ...first, late_payment: 'deliver' }]);
      await directory.reload();
      expect(of(merchantOf('1900000001'))).to.equal('1900000001#2 after 1900000001#1');
      expect(of(former), 'whoever still works with it').to.equal('1900000001#1');
      expect(released).to.deep.equal([]);
      time.runAll();
      expect(released).to.deep.equal(['1900000001#1']);
      expect(of(merchantOf('1900000001'))).to.equal('1900000001#2 after 1900000001#1');
    });

    it('is released for a removed entry, though made only after it was removed', async () => {
      const { of, released } = follow();
      const [one, two] = [merchantOf('1900000001'), merchantOf('1900000002')];
      of(one);
      files.writeMerchants([{ ...first, mchid: '1900000003' }]);
      await directory.reload();
      of(two);
      of(merchantOf('1900000003'));
      time.runAll();
      expect(released).to.have.members(['1900000001#1', '1900000002#2']);
    });

    it('is all released at the end, once each', async () => {
      const { of, released } = follow();
      of(merchantOf('1900000001'));
      files.writeMerchants([second]);
      await directory.reload();
      of(merchantOf('1900000002'));
      directory.close();
      time.runAll();
      expect(released).to.have.members(['1900000001#1', '1900000002#2']);
      expect(time.waiting.size).to.equal(0);
    });

    it('can belong to an app as well', () => {
      const of = directory.perObject<App, object>({ make: () => ({}) });
      expect(of(appOf('wxd678efh567hg6787'))).to.equal(of(appOf('wxd678efh567hg6787')));
    });
  });

  it('can be made of one that is fixed, which nothing changes', async () => {
    const fixed = { merchants: directory.merchants, apps: directory.apps };
    const live = toLiveDirectory(fixed);
    expect(await live.reload()).to.deep.equal({ kind: 'reloaded', merchants: unchanged, apps: unchanged });
    expect(live.merchants.get('1900000001')).to.equal(merchantOf('1900000001'));
    expect(toLiveDirectory(directory)).to.equal(directory);
  });
});
