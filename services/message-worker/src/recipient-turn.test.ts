import { AppError } from '@huidiao/errors';
import { closeRedis, createLogger, createRedis } from '@huidiao/runtime';
import { testPrefix, testRedisUrl } from '@huidiao/testing';
import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { createRecipientTurns, toTurnKey } from './recipient-turn.ts';

const recipient = { appId: 'wx8888888888888888', openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' };

describe('the turn of a recipient', () => {
  const prefix = testPrefix();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, logger);
  const turns = createRecipientTurns({ redis, prefix, leaseMs: 60_000 });
  const key = toTurnKey(prefix, recipient);
  after(() => closeRedis(redis));

  async function failureOf(work: Promise<unknown>): Promise<AppError> {
    try {
      await work;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error('it did not fail');
  }

  it('is had by one at a time; the others are told to come back and lose no attempt', async () => {
    const other = createRecipientTurns({ redis, prefix, leaseMs: 60_000 });
    await turns.inTurn(recipient, async () => {
      const error = await failureOf(other.inTurn(recipient, async () => 'both'));
      expect(error).to.include({ code: 'MESSAGE_RECIPIENT_BUSY', kind: 'throttled', retryAfterMs: 1_000 });
      expect(await other.inTurn({ ...recipient, openId: 'oAnother' }, async () => 'another')).to.equal(
        'another',
      );
      expect(await other.inTurn({ ...recipient, appId: 'wx0' }, async () => 'another app')).to.equal(
        'another app',
      );
    });
    expect(await other.inTurn(recipient, async () => 'next')).to.equal('next');
  });

  it('is given back when the work fails, and the failure comes through', async () => {
    const error = await failureOf(turns.inTurn(recipient, () => Promise.reject(new AppError('WECHAT_BUSY'))));
    expect(error.code).to.equal('WECHAT_BUSY');
    expect(await redis.exists(key)).to.equal(0);
  });

  it('is not taken from another one after its own lease is over', async () => {
    await turns.inTurn(recipient, async () => {
      await redis.set(key, 'of another process');
    });
    expect(await redis.get(key)).to.equal('of another process');
    await redis.del(key);
  });

  it('ends by itself with the lease', async () => {
    await turns.inTurn(recipient, async () => {
      expect(await redis.pttl(key)).to.be.within(1, 60_000);
    });
  });

  it('that cannot be given back hides nothing of what became of the work, and ends with its lease', async () => {
    const breaking = createRedis('command', { url: testRedisUrl(), name: 'test' }, logger);
    const ownTurns = createRecipientTurns({ redis: breaking, prefix, leaseMs: 60_000 });
    const outcome = await ownTurns.inTurn(recipient, async () => {
      breaking.disconnect();
      return 'sent';
    });
    expect(outcome).to.equal('sent');
    expect(await redis.pttl(key)).to.be.within(1, 60_000);
    await redis.del(key);
  });

  it('does not name the openid in Redis', () => {
    expect(key).to.match(/:recipient-turn:[0-9a-f]{64}$/);
  });

  it('is no excuse to send without Redis', async () => {
    const gone = createRedis('command', { url: testRedisUrl(), name: 'test' }, logger);
    gone.disconnect();
    const withoutRedis = createRecipientTurns({ redis: gone, prefix, leaseMs: 1_000 });
    let ran = false;
    const error = await failureOf(
      withoutRedis.inTurn(recipient, async () => {
        ran = true;
      }),
    );
    expect(error).to.include({ code: 'QUEUE_UNAVAILABLE', kind: 'throttled' });
    expect(ran).to.equal(false);
  });
});
