/**
 * `waiting`: for its time. `running`: somebody checks it. `done`: it was checked; what is open may be checked again. `none`: that
 * day has no bill. `failed`: it could not be checked, and is not tried again by itself.
 */
export const billDayStates = ['waiting', 'running', 'done', 'none', 'failed'] as const;
export type BillDayState = (typeof billDayStates)[number];

/**
 * What a line of a bill, or something of ours, came to. `received`: a callback told of it. `healedByQuery`, `healedByBill`:
 * no callback had, when a query or the bill did. `known`: it is here, and how it came is not on record (any more).
 * `open`: it is not here, and on its way or with a person. `unregistered`: nobody registered its order. `differing`: it is here
 * with another amount. `lacking`: it is here, and not in the bill. `notOurs`: of somebody else by the merchant's rule.
 */
export const billFates = [
  'received',
  'healedByQuery',
  'healedByBill',
  'known',
  'open',
  'unregistered',
  'differing',
  'lacking',
  'notOurs',
] as const;
export type BillFate = (typeof billFates)[number];

/** How many, and how much in fen: by the bill, or where that lacks it by us. */
export interface BillSum {
  readonly count: number;
  readonly fen: number;
}
export type BillTally = Readonly<Record<BillFate, BillSum>>;

/** What the check of a bill found. */
export interface BillProof {
  /** Of the bill, whoever's they are. */
  readonly rows: number;
  readonly payments: BillTally;
  readonly refunds: BillTally;
  /** Lines that are neither: 撤销 and the like, at tills, and those that could not be read. */
  readonly others: number;
}

/** A day's bill of a merchant. */
export interface BillDay {
  readonly mchId: string;
  /** In Beijing: 2026-11-22. */
  readonly billDate: string;
  readonly state: BillDayState;
  /** From then on it may be checked; while it is, somebody else may take it over. Absent: never by itself. */
  readonly dueAt?: Date;
  /** How often a check was begun: names the one under way. */
  readonly runs: number;
  /** Checks begun, the one under way too, since the last of which the end was heard: a process that is killed tells none. */
  readonly starts?: number;
  /** Checks since somebody asked, or since the last that did what it could. */
  readonly failures: number;
  /** Automatic checks of what was open after the first. */
  readonly rechecks: number;
  /** Somebody asked while it was being checked. */
  readonly isWantedAgain?: boolean;
  readonly requestedAt?: Date;
  readonly startedAt?: Date;
  /** When `proof` was found. */
  readonly checkedAt?: Date;
  readonly proof?: BillProof;
  /** Why the last check failed. */
  readonly errorCode?: string;
}

/** What the end of a check writes. */
export interface BillDayResult {
  readonly state: BillDayState;
  readonly dueAt?: Date | undefined;
  readonly proof?: BillProof | undefined;
  readonly errorCode?: string | undefined;
  readonly failures?: number;
  readonly rechecks?: number;
}
