import type { IncomingMessage } from 'node:http';
import type { BodyBudget } from './body-budget.ts';

export interface BodyLimits {
  /** The largest body taken, in bytes. */
  readonly maxBytes: number;
  /** From the call until the last byte. */
  readonly timeoutMs: number;
}

/** Why a body did not come to its end. */
export type BodyFailure =
  /** In bytes or in chunks. */
  | { readonly kind: 'too-large' }
  /** The sender was too slow. */
  | { readonly kind: 'late' }
  /** All bodies in flight together would take more memory than the budget. */
  | { readonly kind: 'over-budget' }
  /** The sender went away. */
  | { readonly kind: 'aborted' }
  /** Somebody read the body before us, so the bytes that were signed are gone. */
  | { readonly kind: 'consumed' };

/** A body that was read whole, or why not. Call `release` when the bytes are no longer needed. */
export type BodyOutcome = { readonly kind: 'read'; readonly body: Buffer; release(): void } | BodyFailure;

/** A body that came to its end and was thrown away as it came, or why not. */
export type PassedBody = { readonly kind: 'passed'; readonly bytes: number } | BodyFailure;

/** What a Buffer costs beside its bytes; without it a body in chunks of one byte takes 200 times what is counted. */
const chunkOverheadBytes = 256;

/**
 * A chunk costs this process the same time whether it has one byte or thousands: a body of 1.5 MB in chunks of one byte
 * would keep it busy for a second. The largest body comes in fewer than 3,000, though each packet had but 536 bytes.
 */
export const mostChunks = 4_096;

/**
 * Reads a request's body as bytes, exactly as they came: a signature covers bytes, not what a parser makes of
 * them (https://github.com/wechatpay-apiv3/wechatpay-java/issues/112). Bounded in size, time and memory.
 * Never rejects.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  budget: BodyBudget,
): Promise<BodyOutcome> {
  const chunks: Buffer[] = [];
  let charged = 0;
  const release = () => budget.give(charged);
  const failure = await receiveChunks(request, limits, (chunk) => {
    const cost = chunk.length + chunkOverheadBytes;
    if (!budget.take(cost)) return false;
    charged += cost;
    chunks.push(chunk);
    return true;
  });
  if (failure !== undefined) {
    release();
    return failure;
  }
  const [first] = chunks;
  return { kind: 'read', body: chunks.length === 1 && first ? first : Buffer.concat(chunks), release };
}

/**
 * Lets a body go by within the same limits and keeps none of it. The sender of a request that is refused whatever its
 * body says waits as long for the same answer, on a connection in the same state, as one whose body was read; an
 * answer at the head would tell which addresses are known here. Never rejects.
 */
export async function passBody(
  request: IncomingMessage,
  limits: BodyLimits,
  budget: BodyBudget,
): Promise<PassedBody> {
  let bytes = 0;
  const failure = await receiveChunks(request, limits, (chunk) => {
    const cost = chunk.length + chunkOverheadBytes;
    if (!budget.take(cost)) return false;
    budget.give(cost);
    bytes += chunk.length;
    return true;
  });
  return failure ?? { kind: 'passed', bytes };
}

/**
 * Hands on the chunks of a body until its end.
 *
 * @param take whether there is memory for a chunk
 * @returns undefined once the body has come whole
 */
function receiveChunks(
  request: IncomingMessage,
  limits: BodyLimits,
  take: (chunk: Buffer) => boolean,
): Promise<BodyFailure | undefined> {
  if (request.readableDidRead || request.readableEnded) return Promise.resolve({ kind: 'consumed' });
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes)
    return Promise.resolve({ kind: 'too-large' });

  return new Promise((resolve) => {
    let bytes = 0;
    let chunks = 0;
    let finished = false;

    const finish = (failure?: BodyFailure) => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('aborted', onAborted).off('error', onAborted);
      request.off('close', onAborted);
      if (failure !== undefined) request.on('error', () => {}); // a late reset of a request that is already answered
      resolve(failure);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks += 1;
      if (bytes > limits.maxBytes || chunks > mostChunks) finish({ kind: 'too-large' });
      else if (!take(chunk)) finish({ kind: 'over-budget' });
    };
    const onEnd = () => finish();
    const onAborted = () => finish({ kind: 'aborted' });
    // After one more turn of the loop: what lay in the socket during a busy second did not come late.
    const timer = setTimeout(() => setImmediate(finish, { kind: 'late' }), limits.timeoutMs);

    request.on('data', onData).on('end', onEnd).on('aborted', onAborted).on('error', onAborted);
    request.on('close', onAborted);
  });
}
