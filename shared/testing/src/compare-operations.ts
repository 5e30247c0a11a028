import { SUPPORTED_OPERATIONS } from '@huidiao/local';
import { isOfConformance } from './conformance-uri.ts';

/** Every client shakes hands, the suite's too. */
const handshake = /^(hello|ismaster)\b/;
/**
 * Kept although no service asks for them by name: drivers send getMore and killCursors as long results demand,
 * every plain value in a filter means $eq, and $type is one of the few operators that a partial index may have.
 */
const unasked = ['getMore', 'killCursors', '$eq', '$type'];
const suite = 'deploy/local/src/embedded-store/conformance-cases.test.ts';

/**
 * Holds what the services and their tests asked of the store against what the conformance suite showed of it, both
 * in one record: a sentence for each operation that no case shows, and for each that only the cases still use.
 * @param record lines of `database command [feature]`, as the store writes them to its record file
 */
export function compareOperations(record: string): string[] {
  const shown = new Set<string>();
  const used = new Set<string>();
  for (const line of record.split('\n').filter(Boolean)) {
    const [database = '', ...operation] = line.split(' ');
    (isOfConformance(database) ? shown : used).add(operation.join(' '));
  }
  const missing = [...used].filter((operation) => !shown.has(operation) && !handshake.test(operation));
  const names = [...used].flatMap((operation) => operation.split(' '));
  const needless = [...SUPPORTED_OPERATIONS.commands, ...SUPPORTED_OPERATIONS.operators].filter(
    (name) => ![...names, ...unasked].includes(name),
  );
  return [
    ...missing
      .sort()
      .map((operation) => `${operation}: is used, and a case that shows it is missing in ${suite}`),
    ...needless.map((name) => `${name}: only the conformance cases use it, so the store need not have it`),
  ];
}
