import { type Order, readOrder } from './api/orders';
import type { Answer } from './api/request';

/** Reads an order again and again until it is stopped. */
export interface Watch {
  /** Reads at once, as when the network has come back. */
  now(): void;
  stop(): void;
}

/** Most payments are known within a second; then more and more patiently, for about two minutes. */
const delaysMs = [0, 1_000, 1_000, 2_000, 3_000, 5_000, 5_000, ...Array.from({ length: 10 }, () => 10_000)];

/**
 * Watches an order. `onAnswer` is told of every answer and stops it when it has seen enough; `onGivenUp` is called when
 * nothing came of it for so long that the user should be told.
 */
export function watchOrder(
  outTradeNo: string,
  { onAnswer, onGivenUp }: { onAnswer: (answer: Answer<Order>) => void; onGivenUp: () => void },
): Watch {
  let reads = 0;
  let timer = 0;
  let isStopped = false;
  let isReading = false;

  const read = async () => {
    if (isStopped || isReading) return;
    isReading = true;
    clearTimeout(timer);
    const answer = await readOrder(outTradeNo);
    isReading = false;
    if (isStopped) return;
    onAnswer(answer);
    if (!isStopped) plan();
  };
  const plan = () => {
    const delayMs = delaysMs[reads];
    reads += 1;
    if (delayMs === undefined) onGivenUp();
    else timer = setTimeout(read, delayMs);
  };

  plan();
  return {
    now: () => {
      reads = 1;
      void read();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
