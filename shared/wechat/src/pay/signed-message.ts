/** A message that WeChat Pay signed, or that claims so: a notification, or the answer to a request. */
export interface SignedMessage {
  /** Every value of every header, names in lower case: `request.headersDistinct` of node:http. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** The body as it came, byte for byte. Bytes put together again from an object do not verify. */
  readonly body: Buffer;
}
