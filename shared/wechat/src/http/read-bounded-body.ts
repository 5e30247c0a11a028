/**
 * Collects a body whose length nobody vouches for.
 * @throws RangeError once it is longer than `largestBytes`; the rest is not read.
 */
export async function readBoundedBody(
  stream: AsyncIterable<Uint8Array>,
  largestBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by the error destroys the stream, and with it the connection.
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > largestBytes) throw new RangeError(`the answer has more than ${largestBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
