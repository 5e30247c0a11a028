import { dropTestDatabase } from '@huidiao/store';
import { testMongoUri, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { createMongoProxy, type MongoProxy } from './mongo-proxy.test.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';
import { codeOf, newOrder, paymentOf, quietOptions } from './test-store.test.ts';

const limits = { selectionTimeoutMs: 400, socketTimeoutMs: 400 };
/** Selection while never connected, then selection and answer, and some for a busy machine. */
const longestMs = 3 * 400 + 5_000;

describe('the connection to MongoDB', () => {
  async function withProxy(
    mode: Parameters<typeof createMongoProxy>[1],
    test: (store: Store, proxy: MongoProxy, uri: string) => Promise<void>,
    options: Partial<StoreOptions> = {},
  ): Promise<void> {
    const uri = testMongoUri();
    const proxy = await createMongoProxy(uri, mode);
    const store = createStore({ ...quietOptions(), ...limits, ...options, uri: proxy.uri });
    try {
      await test(store, proxy, uri);
    } finally {
      await store.close();
      await proxy.close();
      await dropTestDatabase(uri);
    }
  }

  async function timed(work: Promise<unknown>): Promise<{ code: unknown; tookMs: number }> {
    const startedAt = performance.now();
    return { code: await codeOf(work), tookMs: performance.now() - startedAt };
  }

  const find = (store: Store) => store.orders.find('1900000001', 'nobodys');

  it('makes operations wait for it at start', async () => {
    await withProxy('through', async (store) => {
      expect(await find(store)).to.equal(undefined);
    });
  });

  it('fails operations in time while MongoDB is away at start, and mends itself when it comes', async () => {
    await withProxy('away', async (store, proxy) => {
      const { code, tookMs } = await timed(find(store));
      expect(code).to.equal('STORE_UNAVAILABLE');
      expect(tookMs).to.be.lessThan(longestMs);
      expect(await store.isReady()).to.equal(false);
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
      expect(await find(store)).to.equal(undefined);
    });
  });

  it('fails operations in time when MongoDB goes away, and mends itself when it is back', async () => {
    await withProxy('through', async (store, proxy) => {
      await find(store);
      proxy.setMode('away');
      const { code, tookMs } = await timed(find(store));
      expect(code).to.equal('STORE_UNAVAILABLE');
      expect(tookMs).to.be.lessThan(longestMs);
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
    });
  });

  it('finds MongoDB again although the driver has stopped to look for it', async () => {
    const monitors = captureMonitors();
    const test = async (store: Store, proxy: MongoProxy) => {
      await find(store);
      proxy.setMode('away');
      await codeOf(find(store));
      for (const monitor of monitors.captured()) monitor.stop();
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
      expect(await find(store)).to.equal(undefined);
    };
    try {
      await withProxy('through', test, { renewAfterMs: 1_000 });
    } finally {
      monitors.release();
    }
  });

  it('leaves nothing of a client that it replaces, although that cannot say goodbye', async () => {
    const { prototype } = mongoose.mongo.MongoClient;
    const { close } = prototype;
    const monitors = captureMonitors();
    const test = async (store: Store, proxy: MongoProxy) => {
      await find(store);
      expect(monitors.captured()).to.have.length(1);
      prototype.close = () => new Promise(() => undefined);
      proxy.setMode('away');
      await codeOf(find(store));
      await waitFor('the first client to be given up', () => monitors.captured().length === 0);
      prototype.close = close;
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
      expect(monitors.captured()).to.have.length(1);
    };
    try {
      await withProxy('through', test, { renewAfterMs: 100 });
    } finally {
      prototype.close = close;
      monitors.release();
    }
  });

  it('goes on looking for as long as MongoDB is away, with one new client after the other', async () => {
    const test = async (store: Store, proxy: MongoProxy) => {
      await find(store);
      proxy.setMode('away');
      await codeOf(find(store));
      const refusedBefore = proxy.refused();
      await waitFor('a few attempts of new clients', () => proxy.refused() > refusedBefore + 2);
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
    };
    await withProxy('through', test, { renewAfterMs: 100 });
  });

  it('fails reads and writes in time when MongoDB is stopped and answers nothing', async () => {
    await withProxy('through', async (store, proxy) => {
      const { order } = await store.orders.register(newOrder());
      proxy.setMode('silent');
      const pay = store.orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] });
      const results = await Promise.all([find(store), pay, store.deadLetters.resolve('q', 'j')].map(timed));
      for (const { code, tookMs } of results) {
        expect(code).to.equal('STORE_UNAVAILABLE');
        expect(tookMs).to.be.lessThan(longestMs);
      }
      expect(await store.isReady()).to.equal(false);
      proxy.setMode('through');
      await waitFor('the store to be ready', () => store.isReady());
    });
  });

  it('closes in time while MongoDB is stopped', async () => {
    await withProxy('through', async (store, proxy) => {
      await find(store);
      proxy.setMode('silent');
      const { tookMs } = await timed(store.close());
      expect(tookMs).to.be.lessThan(3_000 + 2_000);
    });
  });

  it('closes at once while it is still looking for MongoDB, and twice does no harm', async () => {
    const test = async (store: Store) => {
      const waiting = timed(find(store));
      const { tookMs } = await timed(store.close());
      expect(tookMs).to.be.lessThan(3_000);
      expect(await waiting).to.include({ code: 'STORE_UNAVAILABLE' });
      await store.close();
      expect(await codeOf(find(store))).to.equal('STORE_UNAVAILABLE');
    };
    await withProxy('away', test, { selectionTimeoutMs: 10_000 });
  });

  it('refuses a URI that is none, without printing it', () => {
    for (const uri of ['postgres://user:hunter2@host/db', 'mongodb://user:hunter2@/db', 'hunter2']) {
      expect(() => createStore({ ...quietOptions(), uri }))
        .to.throw()
        .that.satisfies(
          (error: { code: string; message: string }) =>
            error.code === 'CONFIG_INVALID' && !error.message.includes('hunter2'),
        );
    }
  });

  it('writes to the majority and its journal, with a time limit, whatever the URI says', async () => {
    await withProxy('through', async (_store, proxy) => {
      const uri = `${proxy.uri}&w=1&journal=false&wtimeoutMS=1&socketTimeoutMS=0`;
      const store = createStore({ ...quietOptions(), ...limits, uri });
      try {
        await store.orders.register(newOrder());
        await store.messages.beginSending('nobodys', 'sending-1');
        await find(store);
        const sent = (name: string) => proxy.commands.find((command) => name in command);
        for (const name of ['insert', 'findAndModify']) {
          expect(sent(name)?.writeConcern).to.deep.equal({ w: 'majority', wtimeout: 400, j: true });
        }
        for (const name of ['find', 'findAndModify']) expect(sent(name)?.maxTimeMS).to.equal(400);
      } finally {
        await store.close();
      }
    });
  });

  it('sends no command that nobody asked for', async () => {
    await withProxy('through', async (store, proxy) => {
      await store.isReady();
      await find(store);
      await store.close();
      const names = new Set(proxy.commands.map((command) => Object.keys(command)[0]));
      for (const usual of ['hello', 'ismaster', 'ping', 'find', 'endSessions']) names.delete(usual);
      expect([...names]).to.deep.equal([]);
    });
  });
});

interface StoppableMonitor {
  stop(): void;
}

/** The monitors of all clients that are made from now on: what the driver does not offer, taken from inside it. */
function captureMonitors(): { captured(): StoppableMonitor[]; release(): void } {
  const { prototype } = mongoose.mongo.MongoClient;
  const { connect } = prototype;
  const clients = new Set<object>();
  prototype.connect = function (this: InstanceType<typeof mongoose.mongo.MongoClient>) {
    clients.add(this);
    return connect.call(this);
  };
  interface Inside {
    topology?: { s: { servers: Map<string, { monitor?: { monitorId?: StoppableMonitor } }> } };
  }
  return {
    captured: () =>
      [...clients].flatMap((client) =>
        [...((client as Inside).topology?.s.servers.values() ?? [])].flatMap(
          ({ monitor }) => monitor?.monitorId ?? [],
        ),
      ),
    release: () => {
      prototype.connect = connect;
    },
  };
}
