/** What was typed is no command; its message says what is wrong and what to type. Nothing was read or changed. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}
