import { createHmac } from 'node:crypto';

/** The three headers of a webhook; the timestamp in whole seconds since 1970. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Headers of Standard Webhooks 1.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): HMAC-SHA256 over
 * `id.timestamp.body`, one `v1,` signature per secret, separated by spaces, so that a secret can rotate.
 *
 * @param secrets `whsec_` + base64 each; the bytes behind the prefix are the key.
 */
export function signWebhook(
  id: string,
  sentAt: Date,
  body: string,
  secrets: readonly string[],
): WebhookHeaders {
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
