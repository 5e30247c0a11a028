import type { ErrorTable } from './error-table.ts';

/** Calls to WeChat, whatever they are about. */
export const wechatErrors = {
  WECHAT_UNREACHABLE: {
    kind: 'transient',
    meaning: 'WeChat could not be reached, or the connection broke: whether it acted is unknown.',
    whatToDo: "Check the network to WeChat's hosts.",
  },
  WECHAT_BUSY: {
    kind: 'throttled',
    meaning: 'WeChat asked to come back later.',
    whatToDo: 'Nothing, unless it lasts: then compare with the documented rate limits.',
  },
  WECHAT_SYSTEM_ERROR: {
    kind: 'transient',
    meaning: 'WeChat answered with an error of its own: whether it acted is unknown.',
    whatToDo: 'Nothing, unless it lasts.',
  },
  WECHAT_BREAKER_OPEN: {
    kind: 'throttled',
    meaning: 'WeChat failed so often that calls to it pause for a while.',
    whatToDo: 'Nothing; calls go on by themselves.',
  },
  WECHAT_RESPONSE_NOT_AUTHENTIC: {
    kind: 'transient',
    meaning: "The signature of WeChat Pay's answer does not verify: whether it acted is unknown.",
    whatToDo: 'A single one is a signature probe. If it lasts, check the configured public key.',
  },
  WECHAT_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refused the request for good.',
    whatToDo: "Read remoteCode in the details and WeChat's page for it.",
  },
  WECHAT_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'WeChat has nothing of the name that was asked for.',
    whatToDo: 'Compare the name with what the console shows; for a list it may simply be empty.',
  },
  WECHAT_CERTIFICATES_NOT_OPENED: {
    kind: 'permanent',
    meaning: 'The APIv3 key (APIv3密钥) opens none of the platform certificates that WeChat Pay sent.',
    whatToDo:
      'Compare api_v3_key with the merchant platform (账户中心, API安全); set a new one there if it is lost.',
  },
  WECHAT_CREDENTIALS_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat does not accept our credentials (key, serial, secret, IP or clock).',
    whatToDo: 'Check the keys, the serial, the IP allow list and the clock of this machine.',
  },
  WECHAT_QUOTA_EXHAUSTED: {
    kind: 'throttled',
    meaning: 'The quota of this WeChat API is used up.',
    whatToDo: 'Wait for the reset (minute or Beijing midnight), or clear the quota by hand.',
  },
  WECHAT_TOKEN_REFUSED: {
    kind: 'transient',
    meaning: 'WeChat refused an access_token that had just been replaced.',
    whatToDo: 'Look for another system that fetches tokens for this appid; check the app_secret.',
  },
  WECHAT_KEY_UNKNOWN: {
    kind: 'transient',
    meaning: 'No key of WeChat Pay is known that a card could be encrypted with.',
    whatToDo:
      'Configure wechatpay_public_keys or platform_certificates; with auto, wait for the first download.',
  },
  QUERY_RATE_EXCEEDED: {
    kind: 'throttled',
    meaning:
      "The merchant's rate of queries at WeChat Pay (limits.queries_per_second) is used up at this moment.",
    whatToDo: 'Repeat the same request after Retry-After.',
  },
} as const satisfies ErrorTable;
