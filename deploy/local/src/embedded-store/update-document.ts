import { update as applyUpdate } from 'mingo/updater';
import { cloneDeep } from 'mingo/util';
import { asDocument, isDocument } from './bson-value.ts';
import { type BsonDocument, CommandFailure, notImplemented } from './command-failure.ts';
import { compileFilter, isOperators, type Note } from './filter.ts';

const OPERATORS = ['$set', '$setOnInsert', '$unset', '$inc', '$min', '$max', '$push', '$pull'];

/** The update operators and modifiers that an update may use; `positional` is the `$` in a path. */
export const UPDATE_OPERATORS: readonly string[] = [...OPERATORS, '$each', '$slice', 'positional'];

/**
 * Gives the document as the update leaves it; the original is not touched. mingo applies it, but passes over what
 * MongoDB refuses (a $push to a number, a path through a text), so that is looked for first.
 * https://www.mongodb.com/docs/manual/reference/operator/update/
 * @param filter what found the document, for the positional `$`; undefined when the document is to be inserted
 * @throws CommandFailure 59 for what is not implemented, and MongoDB's own codes for an update that cannot be done
 */
export function updateDocument(
  document: BsonDocument,
  update: BsonDocument,
  filter: BsonDocument | undefined,
  note: Note,
): BsonDocument {
  const modifier: Record<string, BsonDocument> = {};
  const touched = new Set<string>();
  for (const [operator, fields] of Object.entries(update)) {
    if (!OPERATORS.includes(operator)) throw notImplemented(`${operator}, or replacing a document`);
    note(operator);
    for (const [path, operand] of Object.entries(asDocument(fields, operator))) {
      if (touched.has(path)) throw new CommandFailure(40, `Updating '${path}' would create a conflict`);
      touched.add(path);
      if (operator === '$setOnInsert' && filter !== undefined) continue;
      const applied = /^\$(setOnInsert|pull)$/.test(operator) ? '$set' : operator;
      const found = findTarget(document, path, operator, note);
      const value = toOperand(operator, operand, found, note);
      if (value !== undefined) modifier[applied] = { ...modifier[applied], [path]: value };
    }
  }
  const updated = cloneDeep(document) as BsonDocument;
  // mingo matches in another way than compileFilter: it gets the filter only where it needs it.
  applyUpdate(updated, modifier, [], /\.\$/.test([...touched].join()) ? filter : {});
  return updated;
}

/** Gives what an update finds at a path, undefined if nothing or if the path has the positional `$`. */
function findTarget(document: BsonDocument, path: string, operator: string, note: Note): unknown {
  const fields = path.split('.');
  if (path.includes('$')) {
    const dollars = fields.filter((field) => field.includes('$')).join();
    if (operator !== '$set' || dollars !== '$') throw notImplemented(`${operator} at ${path}`);
    note('positional');
    return undefined;
  }
  let found: unknown = document;
  for (const field of fields) {
    if (found === undefined) return undefined;
    const isElement = Array.isArray(found) && /^\d+$/.test(field);
    if (!isElement && !isDocument(found)) throw new CommandFailure(28, `Cannot create '${path}'`);
    found = Object.hasOwn(found as BsonDocument, field) ? (found as BsonDocument)[field] : undefined;
  }
  if (found === undefined) return undefined;
  if (operator === '$inc' && typeof found !== 'number') throw new CommandFailure(14, `no number: ${path}`);
  if (/\$pu/.test(operator) && !Array.isArray(found)) throw new CommandFailure(2, `no array at '${path}'`);
  return found;
}

function toOperand(operator: string, operand: unknown, found: unknown, note: Note): unknown {
  if (operator === '$pull') {
    const isOfFields = isDocument(operand) && !isOperators(operand);
    const filter = compileFilter(isOfFields ? operand : { element: operand }, note);
    const isKept = (row: unknown) => !isDocument(row) || !filter.test(row);
    return (found as unknown[] | undefined)?.filter((element) => isKept(isOfFields ? element : { element }));
  }
  if (operator !== '$push' || !isOperators(operand)) return operand;
  const { $each, $slice = Number.MAX_SAFE_INTEGER, ...others } = operand;
  for (const other of Object.keys(others)) throw notImplemented(`the modifier ${other} of $push`);
  Object.keys(operand).forEach(note);
  if (!Array.isArray($each) || !Number.isInteger($slice)) throw new CommandFailure(2, 'malformed $push');
  // mingo leaves out $slice where there is no array yet.
  if (found !== undefined) return operand;
  return { $each: Number($slice) < 0 ? $each.slice(Number($slice)) : $each.slice(0, Number($slice)) };
}
