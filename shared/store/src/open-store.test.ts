import { openService } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { openStore } from './open-store.ts';

const nowhere = 'mongodb://127.0.0.1:1/huidiao';
const config = {
  logLevel: 'silent',
  directory: { merchants: new Map(), apps: new Map() },
  mongo: { uri: nowhere },
};

describe('the store of a service', () => {
  it('waits for MongoDB as long as the service says, and is closed when the service drains', async () => {
    const service = openService('test', config);
    const closed: string[] = [];
    const keep: typeof service.keep = (name, resource) => {
      service.lifecycle.onRelease(name, async () => {
        await resource.close();
        closed.push(name);
      });
      return resource;
    };
    try {
      const store = openStore({ ...service, keep }, { selectionTimeoutMs: 50, socketTimeoutMs: 50 });
      const startedAt = performance.now();
      const failure = await store.orders.find('1900000001', 't-1').catch((error: unknown) => error);
      expect(failure).to.include({ code: 'STORE_UNAVAILABLE' });
      // Without limits of its own it would look for a server for 3 s.
      expect(performance.now() - startedAt).to.be.lessThan(2_500);
    } finally {
      await service.lifecycle.close();
    }
    expect(closed).to.deep.equal(['store']);
  });
});
