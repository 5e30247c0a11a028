import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { writeMerchantsFile } from './merchants-file.ts';
import { toNodeWords, toTestProgram } from './node-program.ts';
import { environmentOf } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

const nothing = { waiting: 0, active: 0, delayed: 0, failed: 0 };

describe('SIGKILL of the order-worker between the transition and the adding of its job', function () {
  this.timeout(60_000);
  let installation: Installation;
  let folder: string;
  let child: ChildProcess | undefined;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-test-'));
    installation = await startInstallation({ without: ['order-worker'], orderWorker: { lockMs: 3_000 } });
  });
  after(async () => {
    child?.kill('SIGKILL');
    await installation.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses nothing: the order is fulfilled and told, once', async () => {
    const { simulator, shop, store, queues } = installation;
    const { payment } = await installation.createOrder('TEA-KILL-01');
    if (payment === undefined) throw new Error('no payment parameters');
    child = spawnDyingWorker(installation, folder);
    const died = new Promise<string | null>((resolve) =>
      child?.once('exit', (_code, signal) => resolve(signal)),
    );
    simulator.pay({ ...payment, appId: testMerchant.appId });

    expect(await died).to.equal('SIGKILL');
    const left = await store.orders.find(testMerchant.mchId, 'TEA-KILL-01');
    expect(left?.status).to.equal('paid');
    expect(left?.effects.map((effect) => effect.job)).to.deep.equal(['fulfil-order']);

    await installation.startService('order-worker');
    await waitFor('the order to be fulfilled and told', async () => {
      const order = await installation.readOrder('TEA-KILL-01');
      return order.status === 'fulfilled' && order.pending.length === 0;
    });
    // The job that the dead worker held comes back when its lock ends, and must find its work done.
    // Where the ingress was slow it may have gone through the inbox too, and has run in both lanes.
    await waitFor(
      'the job of the dead worker to run again',
      async () => {
        const { completed, waiting, active, delayed, failed } = await queues.counts('payment-event');
        expect({ waiting, active, delayed, failed }).to.deep.equal(nothing);
        return completed > 0;
      },
      { timeoutMs: 30_000 },
    );
    await waitFor('empty queues', async () => {
      const counts = await Promise.all(
        (['order-fulfilment', 'subscribe-message'] as const).map((queue) => queues.counts(queue)),
      );
      return counts.every((count) => count.waiting + count.active + count.delayed === 0);
    });
    expect(shop.ledger()).to.include({ requests: 1, webhook_ids: 1 });
    expect(simulator.ledger('TEA-KILL-01').messages).to.have.length(1);
  });
});

function spawnDyingWorker(installation: Installation, folder: string): ChildProcess {
  return spawn(process.execPath, toNodeWords(toTestProgram('order-worker-that-dies')), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environmentOf({
      REDIS_URL: installation.redisUrl,
      REDIS_PREFIX: installation.prefix,
      MONGODB_URI: installation.mongoUri,
      MERCHANTS_FILE: writeMerchantsFile(installation.directory, folder),
      EFFECT_GRACE_MS: '500',
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
    }),
  });
}
