import { ObjectId } from 'bson';
import { asDocument } from './bson-value.ts';
import { type CommandCall, toList, toNamespace } from './command-call.ts';
import { type BsonDocument, notImplemented, toErrorFields } from './command-failure.ts';
import { compileFilter } from './filter.ts';
import { toUpsertSeed, updateDocument } from './update-document.ts';

/** https://www.mongodb.com/docs/manual/reference/command/insert/ */
export function insert(call: CommandCall): BsonDocument {
  const collection = call.collections.getOrCreate(toNamespace(call));
  let n = 0;
  const failures = eachStatement(call, 'documents', (document) => {
    collection.insert(withId(document));
    n += 1;
  });
  return { n, ...failures };
}

/** https://www.mongodb.com/docs/manual/reference/command/update/ for one document each */
export function update(call: CommandCall): BsonDocument {
  const counts = { n: 0, nModified: 0 };
  const upserted: BsonDocument[] = [];
  const failures = eachStatement(call, 'updates', ({ q, u, multi, upsert, ...others }, index) => {
    if (multi === true) throw notImplemented('an update of many documents');
    for (const other of Object.keys(others)) throw notImplemented(`the field ${other} of an update`);
    const { before, after, isModified } = updateOne(call, q, u, upsert === true);
    if (after !== undefined) counts.n += 1;
    if (isModified) counts.nModified += 1;
    if (after !== undefined && before === undefined) upserted.push({ index, _id: after._id });
  });
  return { ...counts, ...(upserted.length > 0 && { upserted }), ...failures };
}

/** https://www.mongodb.com/docs/manual/reference/command/findAndModify/ without remove, sort and fields */
export function findAndModify(call: CommandCall): BsonDocument {
  const { query, update: change, upsert, new: wantsAfter, remove } = call.command;
  if (remove === true) throw notImplemented('findAndModify with remove');
  const { before, after } = updateOne(call, query ?? {}, change, upsert === true);
  const upserted = before === undefined && after !== undefined ? { upserted: after._id } : {};
  const lastErrorObject = {
    n: after === undefined ? 0 : 1,
    updatedExisting: before !== undefined,
    ...upserted,
  };
  return { lastErrorObject, value: (wantsAfter === true ? after : before) ?? null };
}

/** Runs the statements of a write command, and reports those that fail; an ordered command ends at the first. */
function eachStatement(
  { command }: CommandCall,
  field: string,
  run: (statement: BsonDocument, index: number) => void,
): BsonDocument {
  const writeErrors: BsonDocument[] = [];
  for (const [index, statement] of toList(command[field], field).entries()) {
    try {
      run(asDocument(statement, field), index);
    } catch (error) {
      writeErrors.push({ index, ...toErrorFields(error) });
      if (command.ordered !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

/** MongoDB puts _id first, and makes one up. */
function withId({ _id = new ObjectId(), ...fields }: BsonDocument): BsonDocument {
  return { _id, ...fields };
}

function updateOne(call: CommandCall, q: unknown, u: unknown, upsert: boolean) {
  if (upsert) call.note('upsert');
  if (Array.isArray(u)) throw notImplemented('an update by a pipeline');
  const [filter, change, namespace] = [asDocument(q, 'q'), asDocument(u, 'u'), toNamespace(call)];
  const compiled = compileFilter(filter, call.note);
  const [before] = call.collections.get(namespace)?.find(compiled, {}, 1) ?? [];
  if (before === undefined && !upsert) return {};
  const collection = call.collections.getOrCreate(namespace);
  const statement = { update: change, filter, inserting: before === undefined };
  const after = withId(updateDocument(before ?? toUpsertSeed(compiled, filter), statement, call.note));
  if (before !== undefined) return { before, after, isModified: collection.replace(before, after) };
  collection.insert(after);
  return { after };
}
