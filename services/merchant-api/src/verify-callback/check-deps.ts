import type { Clock, Merchant } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { PayClient } from '@huidiao/wechat';
import type { Pause } from './pause.ts';

/** What a check asks of WeChat Pay. */
export type CheckClient = Pick<
  PayClient,
  'prepayNative' | 'queryByOutTradeNo' | 'closeByOutTradeNo' | 'createRefund' | 'queryRefund' | 'securityEcho'
>;

/** How long a check waits for what, in milliseconds. */
export interface CheckTimes {
  /** For a callback, from when WeChat Pay has something to tell. Its first re-sends are after 15, 30 and 60 s. */
  readonly callbackMs: number;
  /** For a person to scan the code and pay. */
  readonly scanMs: number;
  /** For a refund to leave PROCESSING: about five minutes to a balance, days to a card. */
  readonly refundMs: number;
  /** Between two looks into the ledger. */
  readonly lookMs: number;
  /** Between two questions to WeChat Pay. */
  readonly askMs: number;
  /** Before a call that failed for a while is repeated. */
  readonly againMs: number;
}

export const usualTimes: Omit<CheckTimes, 'callbackMs'> = {
  scanMs: 10 * 60_000,
  refundMs: 10 * 60_000,
  lookMs: 500,
  askMs: 3_000,
  againMs: 2_000,
};

/** What a check of one merchant is carried out with. */
export interface CheckDeps {
  readonly merchant: Merchant;
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'deadLetters'>;
  readonly client: CheckClient;
  /** The address of the ingress that WeChat Pay is to call. */
  readonly notifyUrl: string;
  readonly times: CheckTimes;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Aborted by Ctrl-C: wait no longer, give back what was paid. */
  readonly signal: AbortSignal;
  /** One step, for the person who waits. */
  readonly say: (line: string) => void;
}
