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

/** What a Buffer costs beside its bytes; without it a body in chunks of one byte takes 200 times what is counted. */
const chunkOverheadBytes = 256;

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
    let charged = 0;
    let finished = false;

    const finish = (outcome: BodyOutcome) => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('aborted', onAborted).off('error', onAborted);
      request.off('close', onAborted);
      if (outcome.kind !== 'read') {
        budget.give(charged);
        request.on('error', () => {}); // a late reset of a request that is already answered
      }
      resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      if (bytes + chunk.length > limits.maxBytes) return finish({ kind: 'too-large' });
      const cost = chunk.length + chunkOverheadBytes;
      if (!budget.take(cost)) return finish({ kind: 'over-budget' });
      charged += cost;
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
      finish({ kind: 'read', body, release: () => budget.give(charged) });
    };
    const onAborted = () => finish({ kind: 'aborted' });
    // After one more turn of the loop: what lay in the socket during a busy second did not come late.
    const timer = setTimeout(() => setImmediate(finish, { kind: 'late' }), limits.timeoutMs);

    request.on('data', onData).on('end', onEnd).on('aborted', onAborted).on('error', onAborted);
    request.on('close', onAborted);
  });
}
