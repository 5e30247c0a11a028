import type { ErrorKind } from '../app-error.ts';

/** What is said of one code. */
export interface CatalogueEntry {
  /** The usual kind; a client's table may say otherwise for one answer. */
  readonly kind: ErrorKind;
  readonly meaning: string;
  /** What the person on call does about it. */
  readonly whatToDo: string;
}

/** The codes of one area. */
export type ErrorTable = Readonly<Record<string, CatalogueEntry>>;
