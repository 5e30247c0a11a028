import type { Mutant } from '../mutant.ts';
import { ingress, merchantApi, orderWorker, reconciler, wechat } from './sources.ts';

/** A fault or a peak of one holds up others. */
export const neighbourMutants: readonly Mutant[] = [
  {
    name: "a merchant's peak goes through the live lane",
    guarantee: 8,
    file: `${ingress}/callback/callback-handler.ts`,
    find: 'const lane = deps.lanes.choose(owner);',
    replace: "const lane = deps.lanes.choose(owner) === 'bulk' ? 'live' : 'live';",
    tests: [`${ingress}/routes/*.test.ts`],
  },
  {
    name: 'the inbox is fed into the live lane',
    guarantee: 8,
    file: `${reconciler}/loops/feed-inbox.ts`,
    find: "return { name, id, data, lane: 'bulk' } as NewJob;",
    replace: "return { name, id, data, lane: 'live' } as NewJob;",
    tests: [`${reconciler}/loops/feed-inbox.test.ts`],
  },
  {
    name: 'every serial that nobody knows downloads the certificates',
    guarantee: 8,
    file: `${wechat}/pay/platform-keyring.ts`,
    find: 'timer.by(Math.max(nowMs(), Math.min(downloadedAt, nowMs()) + leastMs));',
    replace: 'timer.by(nowMs());',
    tests: [`${wechat}/pay/platform-keyring.test.ts`],
  },
  {
    name: 'whoever calls merchant-api may call as often as they like',
    guarantee: 8,
    file: `${merchantApi}/http/limit-rate.ts`,
    find: 'if (limiter.take(...toAllowance(req, res))) next();',
    replace: 'if (limiter.take(...toAllowance(req, res)) || res) next();',
    tests: [`${merchantApi}/http/limit-rate.test.ts`],
  },
  {
    name: 'one API key spends what another one may ask',
    guarantee: 8,
    file: `${merchantApi}/http/limit-rate.ts`,
    find: '{caller.keyId}`, caller.merchant.apiRate];',
    replace: '{caller.kind}`, caller.merchant.apiRate];',
    tests: [`${merchantApi}/http/limit-rate.test.ts`],
  },
  {
    name: 'bodies of strangers take the memory that genuine callbacks need',
    guarantee: 8,
    file: `${ingress}/callback/callback-handler.ts`,
    find: 'return route.refuseHead(head);',
    replace: 'return undefined;',
    tests: [`${ingress}/routes/strangers.test.ts`],
  },
  {
    name: 'one order that a shop says is gone stops everything that goes there',
    guarantee: 8,
    file: `${orderWorker}/shop/endpoint-pause.ts`,
    find: 'if (!takesOthers) pausedUntil',
    replace: 'if (takesOthers || !takesOthers) pausedUntil',
    tests: [`${orderWorker}/shop/endpoint-breakers.test.ts`],
  },
];
