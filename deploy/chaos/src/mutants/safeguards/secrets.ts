import type { Mutant } from '../mutant.ts';
import { merchantApi, store, wechat } from './sources.ts';

/** A secret is readable, or somebody reads what is not theirs. */
export const secretMutants: readonly Mutant[] = [
  {
    name: 'the access_token lies in Redis in clear',
    guarantee: 9,
    file: `${wechat}/mini-program/redis-access-token-store.ts`,
    find: 'sealOf(appId).seal(token)',
    replace: 'JSON.stringify(token)',
    tests: [`${wechat}/mini-program/redis-access-token-store.test.ts`],
  },
  {
    name: 'a log line says what a field named secret holds',
    guarantee: 9,
    file: 'shared/runtime/src/logger.ts',
    find: 'log: redactFields }',
    replace: 'log: (fields) => fields }',
    tests: ['shared/runtime/src/logger.test.ts'],
  },
  {
    name: 'the token of a session lies in MongoDB in clear',
    guarantee: 9,
    file: `${store}/session-token.ts`,
    find: "createHash('sha256').update(token).digest('hex') : undefined",
    replace: 'token : undefined',
    tests: [`${store}/session-store.test.ts`],
  },
  {
    name: 'a session_key lies in MongoDB in clear',
    guarantee: 9,
    file: `${merchantApi}/users/user-secrets.ts`,
    find: "sessionKey: seal('session_key', sessionKey),",
    replace: 'sessionKey,',
    tests: [`${merchantApi}/sessions/sessions.test.ts`],
  },
  {
    name: "a user sees another user's order",
    guarantee: 9,
    file: `${merchantApi}/orders/find-own-order.ts`,
    find: 'return order.appId === caller.appId && isTheirs ? order : undefined;',
    replace: 'return order.appId === caller.appId || isTheirs ? order : undefined;',
    tests: [`${merchantApi}/orders/order-actions.test.ts`],
  },
  {
    name: 'a login is good for ever',
    guarantee: 9,
    file: `${store}/session-store.ts`,
    find: 'return expiresAt > now ?',
    replace: 'return expiresAt && now ?',
    tests: [`${store}/session-store.test.ts`],
  },
  {
    name: 'a logout leaves the token good',
    guarantee: 9,
    file: `${store}/session-store.ts`,
    find: 'const update = { $set: { expiresAt: clock.now() }, $unset: { mchId: 1, appId: 1, openId: 1 } };',
    replace: 'const update = { $unset: { nothing: 1 } };',
    tests: [`${store}/session-store.test.ts`],
  },
];
