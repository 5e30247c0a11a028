import { ObjectId } from 'bson';
import { Context } from 'mingo/core';
import { $elemMatch, $eq, $exists, $in, $lte, $ne, $type } from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { asDocument, isDocument } from './bson-value.ts';
import { type BsonDocument, notImplemented } from './command-failure.ts';

/** Told of every operator and option that a command uses. */
export type Note = (feature: string) => void;

/** A filter that is ready to test documents. */
export interface Filter {
  test(document: BsonDocument): boolean;
  /** Paths that the filter holds to one scalar value each, somewhere in an array at least; an index finds these. */
  readonly equalities: Map<string, unknown>;
  /** Paths on which the filter demands a date, and this one at the latest. */
  readonly latest: Map<string, Date>;
}

const implemented = { $elemMatch, $eq, $exists, $in, $lte, $ne, $type };
const context = Context.init({ query: implemented });

/** The query operators that a filter may use. */
export const FILTER_OPERATORS: readonly string[] = Object.keys(implemented);

/** @throws CommandFailure 59 for an operator or a type of value that is not implemented */
export function compileFilter(filter: BsonDocument, note: Note): Filter {
  const found = { equalities: new Map<string, unknown>(), latest: new Map<string, Date>() };
  inspect(filter, '', note, found);
  const query = new Query(filter, { context });
  return { ...found, test: (document) => query.test(document) };
}

function inspect(filter: BsonDocument, prefix: string, note: Note, found: Omit<Filter, 'test'>): void {
  for (const [key, condition] of Object.entries(filter)) {
    if (key.startsWith('$')) throw notImplemented(`the query operator ${key} here`);
    inspectCondition(`${prefix}${key}`, condition, note, found);
  }
}

function inspectCondition(path: string, condition: unknown, note: Note, found: Omit<Filter, 'test'>): void {
  for (const [operator, operand] of Object.entries(isOperators(condition) ? condition : { $eq: condition })) {
    if (!Object.hasOwn(implemented, operator)) throw notImplemented(`the query operator ${operator}`);
    if (isOperators(condition)) note(operator);
    if (operator === '$elemMatch') inspect(asDocument(operand, operator), `${path}.`, note, found);
    else if (operator === '$in' && Array.isArray(operand)) operand.forEach(assertComparable);
    else assertComparable(operand);
    if (operator === '$type' && operand !== 'string') throw notImplemented(`$type: ${operand}`);
    if (operator === '$eq' && operand !== null) found.equalities.set(path, operand);
    if (operator === '$lte' && operand instanceof Date) found.latest.set(path, operand);
  }
}

/** Whether a condition is made of operators, as `{ $lte: 3 }`, and not a value to be equal to. */
export function isOperators(condition: unknown): condition is BsonDocument {
  return isDocument(condition) && Object.keys(condition).some((key) => key.startsWith('$'));
}

/** mingo compares documents and bson's other classes in another way than MongoDB, so they are refused. */
function assertComparable(value: unknown): void {
  if (/string|number|boolean/.test(typeof value) || value === null) return;
  if (value instanceof Date || value instanceof ObjectId) return;
  throw notImplemented(`a comparison with a value of type ${value?.constructor?.name}`);
}
