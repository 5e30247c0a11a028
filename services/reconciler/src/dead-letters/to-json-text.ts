/** One document for a script; indented, for scripts do not mind and people do look. */
export function toJsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
