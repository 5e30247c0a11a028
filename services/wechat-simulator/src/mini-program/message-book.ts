import { BoundedMap, pushBounded } from '../bounded-map.ts';

/** One buyer's consent to one template. */
export interface GrantKey {
  readonly appId: string;
  readonly openId: string;
  readonly templateId: string;
}

/** One call of subscribe/send or template/send that got as far as naming a template. */
export interface RecordedMessage extends GrantKey {
  /** Wall time, ISO 8601. */
  readonly at: string;
  readonly errcode: number;
  readonly msgId: string | undefined;
  readonly page: string | undefined;
  readonly data: unknown;
  /** Of template/send: what it was not to be sent twice by. */
  readonly clientMsgId?: string | undefined;
}

/**
 * WeChat's own ledger of consents, which no API reads: one accepted popup is one message, and they add up.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
export interface MessageBook {
  grant(key: GrantKey, count: number): void;
  /** Takes one; false where none is left. */
  use(key: GrantKey): boolean;
  /** The buyer switched the template off: nothing is left. */
  revoke(key: GrantKey): void;
  granted(): (GrantKey & { count: number })[];
  record(message: RecordedMessage): void;
  readonly messages: readonly RecordedMessage[];
  /** Counts a send of this app today; false where the quota is used up. */
  takeQuota(appId: string, day: string, limit: number): boolean;
  /** False where a message to this buyer is being sent; otherwise it is from now on, until `release`. */
  hold(appId: string, openId: string): boolean;
  release(appId: string, openId: string): void;
  /** The message that was sent under this key, unless that was before `sinceMs` in simulated time. */
  findRepeated(key: string, sinceMs: number): bigint | undefined;
  rememberSent(key: string, sent: { readonly msgId: bigint; readonly atMs: number }): void;
}

const rememberedMessages = 10_000;

/** Empty: nobody has consented to anything. */
export function createMessageBook(): MessageBook {
  const grants = new BoundedMap<string, GrantKey & { count: number }>(100_000);
  const sentToday = new Map<string, { day: string; count: number }>();
  const held = new Set<string>();
  const messages: RecordedMessage[] = [];
  const sent = new BoundedMap<string, { readonly msgId: bigint; readonly atMs: number }>(rememberedMessages);
  const toKey = ({ appId, openId, templateId }: GrantKey): string => `${appId}/${openId}/${templateId}`;

  return {
    messages,
    grant: (key, count) => {
      const known = grants.get(toKey(key));
      if (known === undefined) grants.set(toKey(key), { ...key, count });
      else known.count += count;
    },
    use: (key) => {
      const known = grants.get(toKey(key));
      if (known === undefined || known.count < 1) return false;
      known.count -= 1;
      return true;
    },
    revoke: (key) => grants.delete(toKey(key)),
    granted: () => grants.values(),
    record: (message) => pushBounded(messages, message, rememberedMessages),
    takeQuota: (appId, day, limit) => {
      const known = sentToday.get(appId);
      const count = known?.day === day ? known.count : 0;
      if (count >= limit) return false;
      sentToday.set(appId, { day, count: count + 1 });
      return true;
    },
    hold: (appId, openId) => {
      const key = `${appId}/${openId}`;
      if (held.has(key)) return false;
      held.add(key);
      return true;
    },
    release: (appId, openId) => {
      held.delete(`${appId}/${openId}`);
    },
    findRepeated: (key, sinceMs) => {
      const known = sent.get(key);
      return known !== undefined && known.atMs > sinceMs ? known.msgId : undefined;
    },
    rememberSent: (key, message) => sent.set(key, message),
  };
}
