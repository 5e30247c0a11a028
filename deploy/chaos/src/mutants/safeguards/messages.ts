import type { Mutant } from '../mutant.ts';
import { merchantApi, messageWorker } from './sources.ts';

/** A buyer is told twice, too early, or without consent. */
export const messageMutants: readonly Mutant[] = [
  {
    name: 'a message is sent before it says that it is being sent',
    guarantee: 4,
    file: `${messageWorker}/message/send-once.ts`,
    find: '  const sendingId = await beginSending(one.deps.store.messages, one.asker.key);\n  return await settleResult(one, sendingId, await send(one, one.draft));',
    replace:
      '  const result = await send(one, one.draft);\n  return await settleResult(one, await beginSending(one.deps.store.messages, one.asker.key), result);',
    tests: [`${messageWorker}/jobs/*.test.ts`],
  },
  {
    name: 'a message whose first attempt was cut off is sent again',
    guarantee: 4,
    file: `${messageWorker}/message/send-once.ts`,
    find: "if (row.state === 'sending') return await settleLost(one, row, draft);",
    replace:
      "if (row.state === 'sending') await deps.store.messages.requeue(asker.key, {}, row.sendingId ?? '');",
    tests: [`${messageWorker}/jobs/*.test.ts`, `${messageWorker}/*.test.ts`],
  },
  {
    name: 'a buyer who refused messages is sent one',
    guarantee: 4,
    file: `${messageWorker}/message/wait-for-consent.ts`,
    find: "return state === 'blocked' || (",
    replace: 'return (',
    tests: [`${messageWorker}/jobs/consent.test.ts`],
  },
  {
    name: 'a consent that comes while a message begins to wait is missed',
    guarantee: 4,
    file: `${messageWorker}/message/wait-for-consent.ts`,
    find: "if ((await consents.state(recipient)).state === 'granted') return 'consented';",
    replace: 'await consents.state(recipient);',
    tests: [`${messageWorker}/jobs/consent.test.ts`],
  },
  {
    name: 'a subscription message whose answer was lost is repeated as one with a key is',
    guarantee: 4,
    file: `${messageWorker}/message/begin-sending.ts`,
    find: "if (content.channel !== 'template' || sendingAt === undefined) return false;",
    replace: 'if (content.channel === undefined || sendingAt === undefined) return false;',
    tests: [`${messageWorker}/jobs/send-message.test.ts`, `${messageWorker}/jobs/send-once.test.ts`],
  },
  {
    name: 'a message is sent before its time',
    guarantee: 4,
    file: `${merchantApi}/messages/serve-create-messages.ts`,
    find: 'const isDue = sendAt <= now;',
    replace: 'const isDue = sendAt <= now || sendAt > now;',
    tests: [`${merchantApi}/messages/messages.test.ts`],
  },
];
