import { pushBounded } from './bounded-map.ts';
import type { ApiName } from './faults.ts';

/** A receiver that took a signature probe for genuine, which WeChat Pay would hold against the merchant. */
export interface AcceptedProbe {
  /** A notification that was answered 200 or 204, or an answer of ours whose content was used. */
  readonly kind: 'notification' | 'answer';
  readonly mchId: string;
  /** The notification's id, or the out_trade_no of the prepay. */
  readonly subject: string;
  readonly at: string;
}

/** One call of an API and what it was answered. */
export interface RecordedCall {
  readonly api: ApiName;
  readonly at: string;
  readonly status: number;
  /** `code` or `errcode` of the answer; `reset` and `silence` where there was none. */
  readonly code: string;
  /** It was made to go wrong. */
  readonly fault: boolean;
  /** The answer carried a probe signature. */
  readonly probe: boolean;
}

/** What was called and what receivers did wrong. */
export interface Ledger {
  readonly calls: readonly RecordedCall[];
  readonly callCounts: Readonly<Partial<Record<ApiName, number>>>;
  readonly probesAccepted: readonly AcceptedProbe[];
  recordCall(call: RecordedCall): void;
  recordAcceptedProbe(probe: Omit<AcceptedProbe, 'at'>): void;
}

const rememberedCalls = 1_000;

/** Empty; keeps the newest 1,000 calls and accepted probes, and counts all calls. */
export function createLedger(): Ledger {
  const calls: RecordedCall[] = [];
  const callCounts: Partial<Record<ApiName, number>> = {};
  const probesAccepted: AcceptedProbe[] = [];
  return {
    calls,
    callCounts,
    probesAccepted,
    recordCall: (call) => {
      callCounts[call.api] = (callCounts[call.api] ?? 0) + 1;
      pushBounded(calls, call, rememberedCalls);
    },
    recordAcceptedProbe: (probe) =>
      pushBounded(probesAccepted, { ...probe, at: new Date().toISOString() }, rememberedCalls),
  };
}
