import type { ConsentStore } from './consent.ts';
import type { Person } from './forget-buyer.ts';
import type { MessageStore } from './message-store.ts';
import type { OrderStore } from './order-store.ts';
import type { SessionStore } from './session-store.ts';
import type { UserStore } from './user.ts';

/** How many rows of each collection named the person and do not any more. */
export type ForgottenCounts = Readonly<Record<string, number>>;

/** What is kept about people, and how it goes. */
export interface UserDataStore {
  /**
   * Everything about a person who closed their WeChat account at `at`. It may be called again.
   * @throws AppError STORE_UNAVAILABLE; a part may be gone then
   */
  forget(person: Person, at: Date): Promise<ForgottenCounts>;
  /**
   * What a person withdraws the consent to, by WeChat's codes (1 车牌号, 2 地址, …, 8 手机号, …). Empty where nothing
   * of those kinds is kept.
   * https://developers.weixin.qq.com/miniprogram/dev/framework/security.html#授权用户信息变更
   */
  revoke(person: Person, kinds: readonly string[]): Promise<ForgottenCounts>;
}

/** A collection that holds something about people. */
interface Keeper {
  readonly name: string;
  forget(person: Person, at: Date): Promise<number>;
  /** What it keeps, by WeChat's code of its kind. The openid itself, by which orders are told apart, is of no kind. */
  readonly kinds: Readonly<Record<string, (person: Person) => Promise<number>>>;
}

/** Asks each store in turn for what it keeps about a person. */
export function createUserDataStore(stores: {
  readonly orders: Pick<OrderStore, 'forgetBuyer'>;
  readonly messages: Pick<MessageStore, 'forget'>;
  readonly consents: Pick<ConsentStore, 'forget'>;
  readonly sessions: Pick<SessionStore, 'forget'>;
  readonly users: Pick<UserStore, 'forget' | 'forgetTold'>;
}): UserDataStore {
  const keepers: readonly Keeper[] = [
    { name: 'consents', forget: (person, at) => stores.consents.forget(person, at), kinds: {} },
    { name: 'messages', forget: (person) => stores.messages.forget(person), kinds: {} },
    { name: 'orders', forget: (person) => stores.orders.forgetBuyer(person), kinds: {} },
    { name: 'sessions', forget: (person) => stores.sessions.forget(person), kinds: {} },
    {
      name: 'users',
      forget: (person) => stores.users.forget(person),
      // 6 昵称头像, 19 昵称 by its keyboard, 20 头像 by its picker. Of 8 手机号 nothing is ever kept.
      kinds: {
        '6': (person) => stores.users.forgetTold(person, ['nickname', 'avatarUrl']),
        '19': (person) => stores.users.forgetTold(person, ['nickname']),
        '20': (person) => stores.users.forgetTold(person, ['avatarUrl']),
      },
    },
  ];
  return {
    async forget(person, at) {
      const counts: Record<string, number> = {};
      for (const { name, forget } of keepers) counts[name] = await forget(person, at);
      return counts;
    },
    async revoke(person, kinds) {
      const counts: Record<string, number> = {};
      for (const { name, kinds: kept } of keepers) {
        for (const kind of kinds) {
          const revoke = Object.hasOwn(kept, kind) ? kept[kind] : undefined;
          if (revoke !== undefined) counts[name] = (counts[name] ?? 0) + (await revoke(person));
        }
      }
      return counts;
    },
  };
}
