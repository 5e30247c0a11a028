/** Why a check ended without proving anything: what is wrong and where, and one line for each thing to do. */
export class NotProven extends Error {
  override readonly name = 'NotProven';
  readonly advice: readonly string[];

  constructor(problem: string, advice: readonly string[], options?: ErrorOptions) {
    super(problem, options);
    this.advice = advice;
  }
}
