import { ObjectId } from 'bson';
import { Context } from 'mingo/core';
import { $elemMatch, $eq, $exists, $in, $lte, $ne, $type } from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { asDocument, isDocument } from './bson-value.ts';
import { type BsonDocument, CommandFailure, notImplemented } from './command-failure.ts';

/** Told of every operator and option that a command uses. */
export type Note = (feature: string) => void;

/** A filter that is ready to test documents. */
export interface Filter {
  test(document: BsonDocument): boolean;
  /** Paths that the filter holds to one scalar value each, somewhere in an array at least; an index finds these. */
  readonly equalities: Map<string, unknown>;
  /** Paths on which the filter demands a value up to a bound, and so a value. */
  readonly ranges: Set<string>;
}

const implemented = { $elemMatch, $eq, $exists, $in, $lte, $ne, $type };
const context = Context.init({ query: implemented });

/** The query operators that a filter may use. */
export const FILTER_OPERATORS: readonly string[] = Object.keys(implemented);

/** @throws CommandFailure 59 for an operator or a type of value that is not implemented, 2 for a malformed one */
export function compileFilter(filter: BsonDocument, note: Note): Filter {
  const compiled: Filter = {
    equalities: new Map(),
    ranges: new Set(),
    test: (document) => query.test(document),
  };
  inspect(filter, '', note, compiled);
  const query = new Query(filter, { context });
  return compiled;
}

function inspect(filter: BsonDocument, prefix: string, note: Note, found: Filter): void {
  for (const [key, condition] of Object.entries(filter)) {
    if (key.startsWith('$')) throw notImplemented(`the query operator ${key} here`);
    inspectCondition(`${prefix}${key}`, condition, note, found);
  }
}

function inspectCondition(path: string, condition: unknown, note: Note, found: Filter): void {
  for (const [operator, operand] of Object.entries(isOperators(condition) ? condition : { $eq: condition })) {
    if (!Object.hasOwn(implemented, operator)) throw notImplemented(`the query operator ${operator}`);
    if (isOperators(condition)) note(operator);
    if (operator === '$elemMatch') {
      if (isOperators(operand)) inspectCondition(path, operand, note, found);
      else inspect(asDocument(operand, operator), `${path}.`, note, found);
      continue;
    }
    if (operator === '$in' && !Array.isArray(operand)) throw new CommandFailure(2, '$in needs an array');
    assertComparable(operand);
    if (operator === '$eq' && isScalar(operand)) found.equalities.set(path, operand);
    if (operator === '$lte' && operand !== null) found.ranges.add(path);
  }
}

/** Whether a condition is made of operators, as `{ $lte: 3 }`, and not a value to be equal to. */
export function isOperators(condition: unknown): condition is BsonDocument {
  return isDocument(condition) && Object.keys(condition).some((key) => key.startsWith('$'));
}

/** mingo compares bson's other classes by their text, which is not MongoDB's order, so they are refused. */
function assertComparable(value: unknown): void {
  if (isScalar(value) || value === null) return;
  if (!Array.isArray(value) && !isDocument(value))
    throw notImplemented(`a comparison with the BSON type ${value?.constructor?.name}`);
  for (const inner of Object.values(value)) assertComparable(inner);
}

function isScalar(value: unknown): boolean {
  return /string|number|boolean/.test(typeof value) || value instanceof Date || value instanceof ObjectId;
}
