import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '@huidiao/errors';
import type { createRedis } from '@huidiao/runtime';

type Redis = ReturnType<typeof createRedis>;

/** Who a message goes to: an openid is one within one app. */
export interface Recipient {
  readonly appId: string;
  readonly openId: string;
}

export interface RecipientTurns {
  /**
   * Runs `work` while nobody else, in any process, sends to this recipient: WeChat refuses two sends at once to
   * one openid (43108).
   *
   * @throws AppError MESSAGE_RECIPIENT_BUSY while another one has the turn, QUEUE_UNAVAILABLE without Redis; and
   * what `work` throws.
   */
  inTurn<T>(recipient: Recipient, work: () => Promise<T>): Promise<T>;
}

export interface RecipientTurnsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** Longer than any send: a process that died keeps the turn for so long. */
  readonly leaseMs: number;
}

/** Another send takes about so long. */
const comeBackAfterMs = 1_000;

/** Gives the turn back only if it still is ours: after the lease it may be another one's. */
const release = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/** Turns kept in Redis. A key holds a digest, for an openid is personal data. */
export function createRecipientTurns({ redis, prefix, leaseMs }: RecipientTurnsOptions): RecipientTurns {
  return {
    async inTurn(recipient, work) {
      const key = toTurnKey(prefix, recipient);
      const holder = randomUUID();
      if (!(await take(redis, key, holder, leaseMs))) {
        throw new AppError('MESSAGE_RECIPIENT_BUSY', { retryAfterMs: comeBackAfterMs });
      }
      try {
        return await work();
      } finally {
        // A turn that cannot be given back ends by itself, and must not hide what became of the message.
        await redis.eval(release, 1, key, holder).catch(() => undefined);
      }
    },
  };
}

async function take(redis: Redis, key: string, holder: string, leaseMs: number): Promise<boolean> {
  try {
    return (await redis.set(key, holder, 'PX', leaseMs, 'NX')) === 'OK';
  } catch (error) {
    throw new AppError('QUEUE_UNAVAILABLE', { cause: error });
  }
}

/** The Redis key of a recipient's turn. */
export function toTurnKey(prefix: string, { appId, openId }: Recipient): string {
  const digest = createHash('sha256').update(`${appId}/${openId}`).digest('hex');
  return `${prefix}:recipient-turn:${digest}`;
}
