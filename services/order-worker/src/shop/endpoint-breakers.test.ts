import { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { classifyAnswer } from './classify-answer.ts';
import { createEndpointBreakers, type EndpointBreakers } from './endpoint-breakers.ts';
import { isFailureOfTheShop } from './shop-client.ts';

const name = 'shop-1900000001';
const url = 'https://shop.example.com/hooks/secret-in-the-path?token=t';
const minuteMs = 60_000;

describe('an address that takes nothing', () => {
  let nowMs: number;
  let lines: Record<string, unknown>[];
  let endpoints: EndpointBreakers<[act: () => Promise<number>], number>;
  let metrics: ReturnType<typeof createMetrics>;
  let asked: number;

  beforeEach(() => {
    nowMs = Date.parse('2026-11-22T08:00:00Z');
    lines = [];
    asked = 0;
    metrics = createMetrics({ service: 'test' });
    endpoints = createEndpointBreakers({
      action: (act: () => Promise<number>) => {
        asked += 1;
        return act();
      },
      openCode: 'SHOP_BREAKER_OPEN',
      failureCounts: isFailureOfTheShop,
      clock: { now: () => new Date(nowMs) },
      logger: createLogger(
        { service: 'test', level: 'info' },
        { write: (line) => void lines.push(JSON.parse(line)) },
      ),
      metrics,
    });
  });
  afterEach(() => endpoints.close());

  /** One call that is answered so. @returns the error's code, or the status. */
  async function tell(httpStatus: number, of = name, at = url): Promise<string | number> {
    return await fire(
      async () => {
        const refusal = classifyAnswer({ httpStatus, retryAfter: undefined }, new Date(nowMs));
        if (refusal !== undefined) throw refusal;
        return httpStatus;
      },
      of,
      at,
    );
  }
  const fire = (act: () => Promise<number>, of = name, at = url) =>
    endpoints
      .of(of, at)
      .fire(act)
      .catch((error: unknown) => (error instanceof AppError ? error.code : String(error)));
  const passMinutes = (minutes: number) => {
    nowMs += minutes * minuteMs;
  };
  const alarms = () => lines.filter(({ alarm }) => alarm === 'endpoint-failing');
  const gauge = async () =>
    /huidiao_endpoint_failing\{endpoint="shop-1900000001".*\} (\d)/.exec(
      await metrics.registry.metrics(),
    )?.[1];

  describe('is told to people', () => {
    it('once it has answered no 2xx for ten minutes, and not before', async () => {
      await tell(500);
      passMinutes(9.9);
      await tell(404);
      expect([alarms(), await gauge()]).to.deep.equal([[], '0']);
      passMinutes(0.1);
      await tell(404);
      expect(alarms()).to.have.length(1);
      expect(alarms()[0]).to.include({
        event: 'endpoint.failing',
        level: 'error',
        endpoint: name,
        host: 'shop.example.com',
        failingSince: '2026-11-22T08:00:00.000Z',
        failures: 3,
        errorCode: 'SHOP_REFUSED',
        httpStatus: 404,
      });
      expect(await gauge()).to.equal('1');
      expect(JSON.stringify(lines)).to.not.contain('secret-in-the-path').and.not.contain('token=t');
    });

    it('again each hour, and not more often', async () => {
      await tell(404);
      for (let minutes = 0; minutes < 130; minutes += 5) {
        passMinutes(5);
        await tell(404);
      }
      expect(alarms().map(({ failures }) => failures)).to.deep.equal([3, 15, 27]);
    });

    it('not where it takes one thing and refuses another', async () => {
      for (let minutes = 0; minutes < 60; minutes += 5) {
        await tell(404);
        await tell(204);
        passMinutes(5);
      }
      expect(alarms()).to.have.length(0);
    });

    it('with a line when it takes things again, after which ten minutes count anew', async () => {
      await tell(404);
      passMinutes(11);
      await tell(404);
      await tell(200);
      expect(lines.at(-1)).to.include({
        event: 'endpoint.recovered',
        level: 'info',
        endpoint: name,
        failures: 2,
      });
      expect(await gauge()).to.equal('0');
      passMinutes(61);
      await tell(404);
      passMinutes(9);
      await tell(404);
      expect(alarms()).to.have.length(1);
    });

    it('each by itself, and anew when it has another url', async () => {
      await tell(404);
      await tell(404, 'shop-1900000002');
      passMinutes(11);
      await tell(404, name, 'https://new.example.com/');
      expect(alarms()).to.have.length(0);
      await tell(404, 'shop-1900000002');
      expect(alarms().map(({ endpoint }) => endpoint)).to.deep.equal(['shop-1900000002']);
    });
  });

  describe('and says that it is gone', () => {
    it('is asked nothing more for a quarter of an hour, and people are told at once', async () => {
      expect(await tell(410)).to.equal('SHOP_REFUSED');
      expect(alarms()).to.have.length(1);
      expect(await gauge()).to.equal('1');
      passMinutes(14.9);
      expect(await tell(200)).to.equal('SHOP_BREAKER_OPEN');
      expect(asked).to.equal(1);
      passMinutes(0.1);
      expect(await tell(200)).to.equal(200);
      expect(await tell(200)).to.equal(200);
      expect(lines.at(-1)).to.include({ event: 'endpoint.recovered' });
    });

    it('is asked again by one call first, while the others wait', async () => {
      await tell(410);
      passMinutes(15);
      let finish: (status: number) => void = () => undefined;
      const first = fire(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      expect(await tell(200)).to.equal('SHOP_BREAKER_OPEN');
      finish(204);
      expect(await first).to.equal(204);
      expect(await tell(200)).to.equal(200);
    });

    it('is left alone again when it still says so, and not when it fails in another way', async () => {
      await tell(410);
      passMinutes(15);
      expect(await tell(410)).to.equal('SHOP_REFUSED');
      expect(await tell(200)).to.equal('SHOP_BREAKER_OPEN');
      passMinutes(15);
      expect(await tell(500)).to.equal('SHOP_REFUSED');
      expect(await tell(200)).to.equal(200);
      expect(alarms(), 'within the hour').to.have.length(1);
    });

    it('of one thing only, is told everything else at once, for all of the day', async () => {
      await tell(200);
      let turnedAway = 0;
      for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
        if (minutes % 15 === 0) expect(await tell(410), 'the one order').to.equal('SHOP_REFUSED');
        if ((await tell(200)) !== 200) turnedAway += 1;
        passMinutes(5);
      }
      expect(turnedAway).to.equal(0);
      expect([alarms(), await gauge()]).to.deep.equal([[], '0']);
    });

    it('is not left alone within a minute of what it took, and is when it says so after that', async () => {
      await tell(200);
      passMinutes(0.5);
      expect(await tell(410)).to.equal('SHOP_REFUSED');
      passMinutes(0.4);
      expect(await tell(410), 'still asked').to.equal('SHOP_REFUSED');
      expect(alarms()).to.have.length(0);
      passMinutes(0.1);
      expect(await tell(410)).to.equal('SHOP_REFUSED');
      expect(await tell(200)).to.equal('SHOP_BREAKER_OPEN');
      expect(alarms()).to.have.length(1);
    });

    it('once, after which it takes other things, is left alone no more for the same', async () => {
      expect(await tell(410)).to.equal('SHOP_REFUSED');
      passMinutes(15);
      expect(await tell(200)).to.equal(200);
      passMinutes(10);
      expect(await tell(410), 'the same order').to.equal('SHOP_REFUSED');
      expect(await tell(200)).to.equal(200);
      expect(await gauge()).to.equal('0');
    });

    it('stays so when a call that was under way before fails in another way', async () => {
      let breakOff: (error: Error) => void = () => undefined;
      const slow = fire(
        () =>
          new Promise((_resolve, reject) => {
            breakOff = reject;
          }),
      );
      await tell(410);
      breakOff(new AppError('SHOP_UNREACHABLE'));
      expect(await slow).to.equal('SHOP_UNREACHABLE');
      expect(await tell(200)).to.equal('SHOP_BREAKER_OPEN');
    });

    it('is another one with another url, and takes what comes', async () => {
      await tell(410);
      expect(await tell(200, name, 'https://new.example.com/')).to.equal(200);
      expect(await tell(200, 'shop-1900000002')).to.equal(200);
    });
  });
});
