import type { DeadLetter, DeadLetterSink } from '@huidiao/contracts';

/** `replayed`: put back into its queue, outcome not known yet; `discarded`: given up by a person. */
export type DeadLetterState = 'open' | 'replayed' | 'resolved' | 'discarded';

/** What somebody decided about a dead letter whose job must not simply be repeated. */
export interface DeadLetterDecision {
  /** The decider's own word for it. */
  readonly kind: string;
  readonly by: string;
  readonly note: string;
  readonly at: Date;
}

/** What a person did with a dead letter. */
export interface DeadLetterAction {
  readonly at: Date;
  readonly action: 'replayed' | 'reopened' | 'discarded' | 'decided';
  /** Of `decided`. */
  readonly decision?: string;
  readonly by?: string;
  readonly reason?: string;
}

export interface StoredDeadLetter extends DeadLetter {
  /** Queue and job id. */
  readonly id: string;
  readonly state: DeadLetterState;
  /** Equal for dead letters that probably have one cause: same queue, job name and error code. */
  readonly fingerprint: string;
  /** How often the job died. */
  readonly times: number;
  /** How often a person took it for a replay: the number of the next replay's job id is one more. */
  readonly replays: number;
  /** The latest 50, oldest first. */
  readonly history: readonly DeadLetterAction[];
  /** Of the payload, where it names one. */
  readonly mchId?: string;
  readonly outTradeNo?: string;
  readonly amountFen?: number;
  readonly resolvedAt?: Date;
  /** Of this death; one that dies again is to be decided anew. */
  readonly decision?: DeadLetterDecision;
  /** Since when somebody wants it left as it is for now. */
  readonly heldAt?: Date;
  /** When a reconciler does what was decided, unless that has its outcome by then; then the end of its lease. */
  readonly dueAt?: Date;
}

export interface DecidedClaimOptions {
  readonly now: Date;
  /** How long nobody else may claim what is claimed here; longer for what was decided long ago. */
  readonly leaseMs: number;
  /** The most to claim. */
  readonly limit: number;
}

/** All that is given must be so. */
export interface DeadLetterFilter {
  state?: DeadLetterState | undefined;
  queue?: string | undefined;
  /** Any of them. */
  queues?: readonly string[] | undefined;
  jobName?: string | undefined;
  errorCode?: string | undefined;
  /** Any of them. */
  errorCodes?: readonly string[] | undefined;
  /** Whether somebody wants it left as it is for now. */
  isHeld?: boolean | undefined;
  fingerprint?: string | undefined;
  mchId?: string | undefined;
  outTradeNo?: string | undefined;
  /** The job died then or later. */
  since?: Date | undefined;
  /** The job died then or earlier. */
  until?: Date | undefined;
}

export interface DeadLetterListOptions extends DeadLetterFilter {
  /** The most to give. */
  limit: number;
  /** `next` of the page before. */
  after?: string | undefined;
}

export interface DeadLetterPage {
  /** The latest first; fewer than asked for when they are very large. */
  readonly deadLetters: readonly StoredDeadLetter[];
  /** Where the next page begins; undefined when this one is the last. */
  readonly next: string | undefined;
}

/** Dead letters of one fingerprint. */
export interface DeadLetterGroup {
  readonly fingerprint: string;
  readonly queue: string;
  readonly jobName: string;
  readonly errorCode: string;
  readonly count: number;
  /** When the first and the last of them died. */
  readonly firstFailedAt: Date;
  readonly lastFailedAt: Date;
  /** The one that died last. */
  readonly exampleId: string;
  /** The sum of the amounts that are known. */
  readonly amountFen: number;
}

export interface DeadLetterGroups {
  /** Those with the most dead letters first. */
  readonly groups: readonly DeadLetterGroup[];
  /** Whether all were counted; there are limits, and then only the latest were. */
  readonly isComplete: boolean;
}

export interface DeadLetterStore extends DeadLetterSink {
  find(queue: string, jobId: string): Promise<StoredDeadLetter | undefined>;
  findById(id: string): Promise<StoredDeadLetter | undefined>;
  /** One page, the latest first. @throws AppError REQUEST_INVALID for an `after` that is no page's `next` */
  list(options: DeadLetterListOptions): Promise<DeadLetterPage>;
  groups(filter: DeadLetterFilter): Promise<DeadLetterGroups>;
  /**
   * `open | replayed → replayed`, counting: the row as it is then, whose `replays` numbers the job to add.
   * undefined for one that is unknown, resolved or discarded.
   */
  takeForReplay(id: string, audit?: { readonly by?: string }): Promise<StoredDeadLetter | undefined>;
  /** `replayed → open`, when its job could not be added; `false` when it is not (any more) replayed. */
  reopen(id: string): Promise<boolean>;
  /** `open | replayed → discarded`; `false` for one that is unknown, resolved or discarded. */
  discard(id: string, audit: { readonly reason: string; readonly by: string }): Promise<boolean>;
  /**
   * One decision about one death, of any number of people at once: undefined for one that is not open, or died again
   * since. `to`: what becomes of it; `replayed` counts as a replay,
   * also where no job but something else records the outcome. Whoever decides does at once what follows from it
   * (followDecision); if they do not live to do so, it is claimed ten seconds later.
   */
  decide(
    id: string,
    decision: Omit<DeadLetterDecision, 'at'>,
    change: {
      /** `times` as it was read. */
      readonly times: number;
      readonly to: 'open' | 'replayed' | 'discarded';
    },
  ): Promise<StoredDeadLetter | undefined>;
  /**
   * Claims what was decided and has no outcome although its time has come, the longest first, by moving `dueAt` to the
   * end of the lease: what waits for its job comes again and again until the job has a result. One claimer gets a row.
   */
  claimDecided(options: DecidedClaimOptions): Promise<StoredDeadLetter[]>;
  /** What was decided is done, and no job has to bring its outcome. Nothing if it was decided or claimed anew since. */
  endDecision(decided: Pick<StoredDeadLetter, 'id' | 'dueAt'>): Promise<void>;
}
