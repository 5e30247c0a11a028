import { asTheyAre, systemClock } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { createDirectoryFrom } from './merchant-directory/live-directory.ts';
import { openService } from './open-service.ts';

const nobody = { merchants: new Map(), apps: new Map() };
const config = { logLevel: 'silent', directory: nobody };

describe('openService', () => {
  it('closes what a service keeps when it drains: the last first, and the merchants after all of it', async () => {
    const closed: string[] = [];
    const closing = (name: string) => ({ name, close: () => void closed.push(name) });
    const live = createDirectoryFrom({ initial: nobody, read: async () => nobody });
    const directory = { ...live, close: closing('directory').close };
    const service = openService('order-worker', { ...config, directory });
    const store = closing('store');
    expect(service.keep('store', store)).to.equal(store);
    service.keep('producer', closing('producer'));
    expect(closed).to.deep.equal([]);
    await service.lifecycle.close();
    expect(closed).to.deep.equal(['producer', 'store', 'directory']);
  });

  it('waits until one is closed before it closes the next', async () => {
    const steps: string[] = [];
    const service = openService('order-worker', config);
    service.keep('store', { close: () => void steps.push('store') });
    service.keep('producer', {
      close: async () => {
        await new Promise(setImmediate);
        steps.push('producer');
      },
    });
    await service.lifecycle.close();
    expect(steps).to.deep.equal(['producer', 'store']);
  });

  it('gives its configuration, the real time and every port as it is', async () => {
    const service = openService('order-worker', config);
    expect(service).to.include({ name: 'order-worker', config, clock: systemClock, around: asTheyAre });
    expect(await service.metrics.registry.metrics()).to.contain('service="order-worker"');
    await service.lifecycle.close();
  });

  it('takes what a test gives it instead', async () => {
    const { logger } = createCapturedLogger();
    const clock = { now: () => new Date(0) };
    const aroundPorts = <P extends object>(ports: P): P => ({ ...ports });
    const service = openService('order-worker', config, { logger, clock, aroundPorts });
    expect(service).to.include({ logger, clock, around: aroundPorts });
    await service.lifecycle.close();
  });
});
