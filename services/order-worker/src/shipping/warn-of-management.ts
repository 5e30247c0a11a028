import type { Applied, EventDeps, ToldEvent } from '../events/applied.ts';

/**
 * WeChat manages the app's orders, or is about to, and waits for the first upload (trade_manage_remind_access_api,
 * wxa_trade_controlled): until there is one, all money that the app takes is frozen.
 */
export function warnOfManagement(
  { logger }: Pick<EventDeps, 'logger'>,
  { event }: ToldEvent<'trade.access_reminded'>,
): Applied {
  const { appId } = event;
  logger.error(
    { event: 'trade.access_reminded', alarm: 'shipping-not-connected', appId },
    'trade.access_reminded',
  );
  return { outcome: 'noted' };
}
