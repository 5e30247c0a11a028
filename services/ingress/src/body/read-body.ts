import type { IncomingMessage } from 'node:http';
import type { BodyBudget } from './body-budget.ts';

export interface BodyLimits {
  /** The largest body taken, in bytes. */
  readonly maxBytes: number;
  /** From the call until the last byte. */
  readonly timeoutMs: number;
}

/** A body that was read whole, or why not. Call `release` when the bytes are no longer needed. */
export type BodyOutcome =
  | { readonly kind: 'read'; readonly body: Buffer; release(): void }
  | { readonly kind: 'too-large' }
  /** The sender was too slow. */
  | { readonly kind: 'late' }
  /** All bodies in flight together would take more memory than the budget. */
  | { readonly kind: 'over-budget' }
  /** The sender went away. */
  | { readonly kind: 'aborted' }
  /** Somebody read the body before us, so the bytes that were signed are gone. */
  | { readonly kind: 'consumed' };

/**
 * Reads a request's body as bytes, exactly as they came: a signature covers bytes, not what a parser makes of
 * them (https://github.com/wechatpay-apiv3/wechatpay-java/issues/112). Bounded in size, time and memory.
 * Never rejects.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  budget: BodyBudget,
): Promise<BodyOutcome> {
  if (request.readableDidRead || request.readableEnded) return Promise.resolve({ kind: 'consumed' });
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes)
    return Promise.resolve({ kind: 'too-large' });

  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;

    const finish = (outcome: BodyOutcome) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('aborted', onAborted).off('error', onAborted);
      request.off('close', onAborted);
      if (outcome.kind !== 'read') {
        budget.give(bytes);
        request.on('error', () => {}); // a late reset of a request that is already answered
      }
      resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      if (bytes + chunk.length > limits.maxBytes) return finish({ kind: 'too-large' });
      if (!budget.take(chunk.length)) return finish({ kind: 'over-budget' });
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
      finish({ kind: 'read', body, release: () => budget.give(bytes) });
    };
    const onAborted = () => finish({ kind: 'aborted' });
    const timer = setTimeout(() => finish({ kind: 'late' }), limits.timeoutMs);

    request.on('data', onData).on('end', onEnd).on('aborted', onAborted).on('error', onAborted);
    request.on('close', onAborted);
  });
}
