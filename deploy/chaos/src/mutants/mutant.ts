/** One safeguard taken out: a change of one place in one file, and the tests that must notice. */
export interface Mutant {
  /** What the code then does wrong, as a sentence. */
  readonly name: string;
  /** The guarantee that it breaks: its number in deploy/docs/guarantees.md. */
  readonly guarantee: number;
  readonly file: string;
  /** Stands in the file exactly once; otherwise the mutant is out of date, and the run fails. */
  readonly find: string;
  readonly replace: string;
  /** Test files, of which at least one test must fail. */
  readonly tests: readonly string[];
}
