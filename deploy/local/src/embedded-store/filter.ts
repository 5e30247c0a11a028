import { ObjectId } from 'bson';
import { compare } from 'mingo/util';
import { asDocument, isDocument, toKey, valuesAt } from './bson-value.ts';
import { type BsonDocument, CommandFailure, notImplemented } from './command-failure.ts';

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

/** Whether the values at a path meet an operand; undefined is a missing field. */
type Operator = (values: readonly unknown[], operand: unknown) => boolean;

const hasAny = (values: readonly unknown[], meets: (value: unknown) => boolean) =>
  values.some((value) => meets(value) || (Array.isArray(value) && value.some(meets)));
const isEqual = (value: unknown = null, scalar: unknown) =>
  typeof value === typeof scalar && toKey(value) === toKey(scalar);
const isAtMost = (value: unknown = null, bound: unknown) =>
  toKey(value)[0] === toKey(bound)[0] && compare(value, bound) <= 0;
const $in: Operator = (values, list) =>
  hasAny(values, (value) => (list as unknown[]).some((scalar) => isEqual(value, scalar)));
const OPERATORS: Readonly<Record<string, Operator>> = {
  $in,
  $eq: (values, scalar) => $in(values, [scalar]),
  $ne: (values, scalar) => !$in(values, [scalar]),
  $lte: (values, bound) => hasAny(values, (value) => isAtMost(value, bound)),
  $type: (values) => hasAny(values, (value) => typeof value === 'string'),
  $exists: (values, isThere) => values.some((value) => value !== undefined) === Boolean(isThere),
  $elemMatch: (values, inner) =>
    values
      .filter(Array.isArray)
      .flat()
      .some((element) => isDocument(element) && (inner as Filter).test(element)),
};

/** The query operators that a filter may use. */
export const FILTER_OPERATORS: readonly string[] = Object.keys(OPERATORS);

/** @throws CommandFailure 59 for an operator or a type of value that is not implemented */
export function compileFilter(filter: BsonDocument, note: Note): Filter {
  const [equalities, latest] = [new Map<string, unknown>(), new Map<string, Date>()];
  const tests: Filter['test'][] = [];
  for (const [path, value] of Object.entries(filter)) {
    if (path.startsWith('$')) throw notImplemented(`the query operator ${path} here`);
    for (const [name, operand] of Object.entries(isOperators(value) ? value : { $eq: value })) {
      const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
      if (operator === undefined) throw notImplemented(`the query operator ${name}`);
      if (isOperators(value)) note(name);
      const inner = name === '$elemMatch' ? compileFilter(asDocument(operand, name), note) : undefined;
      if (inner === undefined) assertOperand(name, operand);
      tests.push((document) => operator(valuesAt(document, path), inner ?? operand));
      if (name === '$eq') equalities.set(path, operand);
      if (name === '$lte' && operand instanceof Date) latest.set(path, operand);
    }
  }
  return { equalities, latest, test: (document) => tests.every((test) => test(document)) };
}

/** Whether a condition is made of operators, as `{ $lte: 3 }`, and not a value to be equal to. */
export function isOperators(condition: unknown): condition is BsonDocument {
  return isDocument(condition) && Object.keys(condition).some((key) => key.startsWith('$'));
}

/** Only scalars are compared; other values would be in another way than by MongoDB. */
function assertOperand(operator: string, operand: unknown): void {
  if (operator === '$type' && operand !== 'string') throw notImplemented(`$type: ${operand}`);
  if (operator === '$in' && !Array.isArray(operand)) throw new CommandFailure(2, '$in needs an array');
  for (const value of operator === '$in' ? (operand as unknown[]) : [operand])
    if (typeof value === 'object' && value !== null && !(value instanceof Date || value instanceof ObjectId))
      throw notImplemented(`a comparison with a value of type ${value.constructor.name}`);
}
