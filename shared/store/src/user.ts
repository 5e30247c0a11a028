import type { Person } from './forget-buyer.ts';

/** What is kept of a user and nobody may read; each text is sealed by whoever gives it. */
export interface UserSecrets {
  readonly sessionKey?: string | undefined;
  /** The one before, while data made under it may be on their way. */
  readonly previousSessionKey?: { readonly sealed: string; readonly usableUntil: Date } | undefined;
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
}

/** A user within one app. */
export interface User extends Person {
  readonly unionId: string | undefined;
  readonly secrets: UserSecrets;
}

export interface LoginOfUser {
  /** `undefined` leaves what is known. */
  readonly unionId: string | undefined;
  /** From what is kept to what is to be kept. Called again when somebody else changed the user meanwhile. */
  readonly toSecrets: (before: UserSecrets) => UserSecrets;
}

/** What a user told of themselves; what is left out stays. */
export interface ToldOfUser extends Pick<UserSecrets, 'nickname' | 'avatarUrl'> {
  readonly unionId?: string | undefined;
}

/** Users of mini-programs who logged in. All of it throws AppError STORE_UNAVAILABLE. */
export interface UserStore {
  /** Keeps the user for 400 days from now on. */
  recordLogin(person: Person, login: LoginOfUser): Promise<{ isNew: boolean }>;
  find(person: Person): Promise<User | undefined>;
  /** `undefined` where there is no such user (any more): then nothing is kept. */
  recordTold(person: Person, told: ToldOfUser): Promise<User | undefined>;
  /** Everything; 1 or 0. */
  forget(person: Person): Promise<number>;
  /** What they withdraw the consent to; 1 or 0. */
  forgetTold(person: Person, what: readonly ('nickname' | 'avatarUrl')[]): Promise<number>;
}
