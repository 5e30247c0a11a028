import type { MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Message, Store } from '@huidiao/store';
import { openMessageContent } from '@huidiao/wechat';
import type { Asker } from './asker.ts';
import { appOf, type Draft } from './draft.ts';
import { type Settlement, toSettlement } from './settlement.ts';

export interface OwnAskerDeps {
  readonly store: Pick<Store, 'messages'>;
  readonly directory: MerchantDirectory;
}

/** A message that no order asked for: its row is all that waits for it. */
export function createOwnAsker({ store, directory }: OwnAskerDeps, asked: Message): Asker {
  const { messages } = store;
  const { key, usefulUntil } = asked;

  /** What its row says, and what takes its place where it certainly reached nobody. */
  async function settle(settlement: Settlement): Promise<Settlement> {
    const isOurs = await messages.settle(key, settlement.state, settlement.facts);
    const row = isOurs ? undefined : await messages.find(key);
    const settled = (row && toSettlement(row)) ?? settlement;
    await messages.openFallback(key, settled.state);
    return settled;
  }

  return {
    key,
    draft: () => toRequestedDraft(directory, asked),
    open: async () => (await messages.find(key)) ?? asked,
    settle,
    hear: async (row, { state }) => {
      if (row.fallback !== undefined) await messages.openFallback(key, state);
      return undefined;
    },
    mark: (facts, sendingId) => messages.wait(key, facts, { sendingId, dueAt: usefulUntil }),
    putOff: async () => undefined,
    // Nobody mends what it says but the one who asked, and they create another one: its row tells them.
    refuse: (facts) => settle({ state: 'refused', facts }),
  };
}

/**
 * @throws AppError MERCHANT_NOT_CONFIGURED, MESSAGE_CONTENT_UNREADABLE, MESSAGE_REFUSED for one whose user is forgotten
 */
function toRequestedDraft(directory: MerchantDirectory, asked: Message): Draft {
  const { appId, openId, templateId, key, usefulUntil, sealed } = asked;
  const app = appOf(directory, appId);
  if (openId === undefined || sealed === undefined) {
    throw new AppError('MESSAGE_REFUSED', { message: 'Its user is forgotten.' });
  }
  const content = openMessageContent(app, key, sealed);
  if (content === undefined) throw new AppError('MESSAGE_CONTENT_UNREADABLE', { details: { appId } });
  return { app, recipient: { appId, openId, templateId }, content, usefulUntil };
}
