import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testRedisUrl, toNodeProgram, toNodeWords, waitFor, writeLeastMerchantsFile } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  appId,
  mchId,
  queue,
  type RunningWorker,
  startMessageWorker,
  templateId,
} from './message-worker.fixture.test.ts';
import { toTurnKey } from './recipient-turn.ts';

describe('message-worker', () => {
  it('that was killed between sending and the answer leaves unknown, and nobody sends twice', async () => {
    const worker = await startMessageWorker({ idle: true, lockMs: 1_000 });
    const process = startProcess(worker);
    try {
      await process.ready;
      const api = 'subscribe_send' as const;
      worker.simulator.faults.set({ api: [{ api, moment: 'after', answer: 'silence', times: 1 }] });
      const order = await worker.newPaidOrder({ grants: 5 });
      await worker.enqueue(order);
      await waitFor('WeChat to send the message', () => worker.sendsTo(order).length === 1);
      expect((await worker.context.store.messages.find(order.effectId))?.state).to.equal('sending');
      await process.kill();

      await letLeasesEnd(worker, order.openId);
      worker.context.work();
      const { message, entry } = await worker.settled(order);
      expect(message).to.include({ state: 'unknown', attempts: 1 });
      expect(entry?.event).to.equal('message.unknown');
      expect(worker.sendsTo(order)).to.deep.equal([0]);
    } finally {
      await process.kill();
      await worker.close();
    }
  }).timeout(60_000);

  it('drains on SIGTERM: the message on its way is settled, and the process ends with 0', async () => {
    const worker = await startMessageWorker({ idle: true });
    const process = startProcess(worker);
    try {
      await process.ready;
      worker.simulator.faults.set({ send_latency_ms: 700 });
      const order = await worker.newPaidOrder();
      await worker.enqueue(order);
      const { messages } = worker.context.store;
      await waitFor('sending', async () => (await messages.find(order.effectId))?.state === 'sending');
      process.child.kill('SIGTERM');
      expect(await process.ended).to.equal(0);
      expect((await messages.find(order.effectId))?.state).to.equal('sent');
      expect(worker.sendsTo(order)).to.deep.equal([0]);
    } finally {
      await process.kill();
      await worker.close();
    }
  }).timeout(60_000);

  it('makes a dead letter of a message whose app has no template, and the order waits no longer', async () => {
    const worker = await startMessageWorker({ template: undefined });
    try {
      const order = await worker.newPaidOrder();
      const { message, entry } = await worker.tell(order);
      expect(message).to.equal(undefined);
      expect(entry).to.include({ errorCode: 'MESSAGE_TEMPLATE_UNKNOWN' });
      const deadLetter = await worker.context.store.deadLetters.find(queue, order.effectId);
      expect(deadLetter).to.deep.include({
        errorCode: 'MESSAGE_TEMPLATE_UNKNOWN',
        details: { appId, template: 'order_paid' },
      });
    } finally {
      await worker.close();
    }
  });

  it('puts a message off whose app this process does not know, without using an attempt', async () => {
    const worker = await startMessageWorker({ knowsApp: false });
    try {
      const order = await worker.newPaidOrder();
      await worker.enqueue(order);
      expect(await worker.outcomesOf(order, 1)).to.deep.equal(['postponed']);
      const line = worker.logged
        .map((text) => JSON.parse(text))
        .find(({ jobId }) => jobId === order.effectId);
      expect(line).to.include({ errorCode: 'MERCHANT_NOT_CONFIGURED', retryDelayMs: 30_000 });
    } finally {
      await worker.close();
    }
  });

  it('makes a dead letter of a message whose template WeChat does not know', async () => {
    const worker = await startMessageWorker({ wechatKnowsTemplate: false });
    try {
      const order = await worker.newPaidOrder();
      await worker.tell(order);
      expect(worker.sendsTo(order)).to.deep.equal([40037]);
      const deadLetter = await worker.context.store.deadLetters.find(queue, order.effectId);
      expect(deadLetter?.errorCode).to.equal('MESSAGE_REFUSED');
    } finally {
      await worker.close();
    }
  });

  it('fetches one access_token for many messages', async () => {
    const worker = await startMessageWorker();
    try {
      const orders = await Promise.all(Array.from({ length: 12 }, () => worker.newPaidOrder()));
      await Promise.all(orders.map((order) => worker.tell(order)));
      expect(worker.simulator.ledger().calls.counts.stable_token).to.equal(1);
      expect(worker.simulator.ledger().messages).to.have.length(12);
    } finally {
      await worker.close();
    }
  });
});

interface WorkerProcess {
  readonly child: ReturnType<typeof spawn>;
  readonly ready: Promise<void>;
  readonly ended: Promise<number | null>;
  kill(): Promise<void>;
}

/** The worker as a process of its own, as it runs in production. */
function startProcess(worker: RunningWorker): WorkerProcess {
  const folder = mkdtempSync(join(tmpdir(), 'message-worker-'));
  const app = worker.context.config.directory.apps.get(appId);
  const child = spawn(process.execPath, toNodeWords(toNodeProgram(resolve(import.meta.dirname, 'main.ts'))), {
    env: {
      PATH: process.env.PATH,
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: worker.prefix,
      MONGODB_URI: worker.mongoUri,
      ...writeMerchants(folder),
      APP_SECRET: app?.appSecret ?? '',
      WECHAT_API_URL: worker.simulator.uri,
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const ready = new Promise<void>((done, fail) => {
    child.once('message', () => done());
    child.once('exit', () => fail(new Error('the worker ended before it was ready')));
  });
  ready.catch(() => undefined);
  return {
    child,
    ready,
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One merchant and one app, whose template is that of the simulated WeChat. */
function writeMerchants(folder: string): Readonly<Record<string, string>> {
  const data = {
    character_string1: '{out_trade_no}',
    thing2: '{description}',
    amount3: '¥{amount_yuan}',
    time4: '{paid_at}',
  };
  const templates = { order_paid: { template_id: templateId, data } };
  return writeLeastMerchantsFile(folder, { mchId, appId }, { templates }).env;
}

/**
 * As if the times were over for which a process that died keeps its job, its recipient, and BullMQ's next look
 * for stalled jobs.
 */
async function letLeasesEnd(worker: RunningWorker, openId: string): Promise<void> {
  const locks = await worker.redis.keys(`*${worker.prefix}*:lock`);
  expect(locks).to.have.length(1);
  const looks = await worker.redis.keys(`*${worker.prefix}*:stalled-check`);
  await worker.redis.del(...locks, ...looks, toTurnKey(worker.prefix, { appId, openId }));
}
