/** How many callbacks go to the live lane, per ingress. */
export interface CallbackLimits {
  readonly callbacksPerSecond: number;
  readonly callbacksBurst: number;
}

/** Who is told of events, with its secrets read. */
export interface Shop {
  readonly webhookUrl: string;
  readonly webhookSecrets: readonly string[];
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
  /** Filters over event types; see isWantedEvent. */
  readonly events: readonly string[];
}

/** An address that gets callbacks as they came (透传). */
export interface PassThrough {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly allowPrivateNetwork: boolean;
  readonly timeoutMs: number;
}
