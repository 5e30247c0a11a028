/** Time, so that tests can set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * Every port that a service gives to what it does passes through one function of this kind. Production has none;
 * tests look on with it, or let a call go wrong. Gives the same ports, or others that behave so.
 */
export type AroundPorts = <P extends object>(ports: P) => P;

/** Leaves every port as it is. */
export const asTheyAre: AroundPorts = (ports) => ports;

/** A job that will not be tried again, with everything that a person needs to judge it. */
export interface DeadLetter {
  readonly queue: string;
  readonly jobId: string;
  readonly jobName: string;
  /** The job's data as it was queued. */
  readonly payload: unknown;
  readonly errorCode: string;
  /** The error's message and details, without secrets. */
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly firstAttemptAt: Date;
  readonly failedAt: Date;
}

/** Where dead letters go. Storing the same queue and job id again updates the one row. */
export interface DeadLetterSink {
  /** Resolves once the dead letter is durable; rejects when it is not, and the job then stays. */
  store(deadLetter: DeadLetter): Promise<void>;
  /** A later success of the same job: the open dead letter, if there is one, becomes `resolved`. */
  resolve(queue: string, jobId: string): Promise<void>;
}

/** An access_token as WeChat gave it. */
export interface AccessToken {
  readonly value: string;
  readonly expiresAt: Date;
}

/** The access_token that all processes share. */
export interface AccessTokenStore {
  get(appId: string): Promise<AccessToken | undefined>;
  put(appId: string, token: AccessToken): Promise<void>;
  /** Removes the token only if it still is `value`: another process may have replaced it meanwhile. */
  dropIfStill(appId: string, value: string): Promise<void>;
  /**
   * Runs `work` in at most one process at a time for this app. `undefined` when another one holds the turn.
   */
  inTurn<T>(appId: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Whether one more forced refresh is allowed now (30 s apart, 20 a day), counting it if so. */
  takeForcedRefresh(appId: string): Promise<boolean>;
}
