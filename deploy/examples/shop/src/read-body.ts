import type { IncomingMessage } from 'node:http';

/** The body as bytes, or undefined where it is larger than `limitBytes`; it then stops reading. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > limitBytes) return undefined;
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}
