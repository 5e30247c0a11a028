import { ObjectId } from 'bson';
import { setValue } from 'mingo/util';
import { asDocument } from './bson-value.ts';
import { type CommandCall, toList, toNamespace } from './command-call.ts';
import { type BsonDocument, notImplemented, toErrorFields } from './command-failure.ts';
import { compileFilter } from './filter.ts';
import { updateDocument } from './update-document.ts';

/** https://www.mongodb.com/docs/manual/reference/command/insert/ ; an ordered one ends at the first failure */
export function insert(call: CommandCall): BsonDocument {
  const collection = call.collections.getOrCreate(toNamespace(call));
  const writeErrors: BsonDocument[] = [];
  let n = 0;
  for (const [index, document] of toList(call.command.documents, 'documents').entries()) {
    try {
      collection.insert(withId(asDocument(document, 'documents')));
      n += 1;
    } catch (error) {
      writeErrors.push({ index, ...toErrorFields(error) });
      if (call.command.ordered !== false) break;
    }
  }
  return { n, ...(writeErrors.length > 0 && { writeErrors }) };
}

/** https://www.mongodb.com/docs/manual/reference/command/findAndModify/ without remove, sort and fields */
export function findAndModify(call: CommandCall): BsonDocument {
  const { upsert, new: wantsAfter, remove } = call.command;
  if (remove === true) throw notImplemented('findAndModify with remove');
  if (upsert === true) call.note('upsert');
  const { before, after } = updateOne(call, upsert === true);
  const upserted = before === undefined && after !== undefined ? { upserted: after._id } : {};
  const lastErrorObject = { n: after ? 1 : 0, updatedExisting: before !== undefined, ...upserted };
  return { lastErrorObject, value: (wantsAfter === true ? after : before) ?? null };
}

function updateOne(call: CommandCall, upsert: boolean): { before?: BsonDocument; after?: BsonDocument } {
  if (Array.isArray(call.command.update)) throw notImplemented('an update by a pipeline');
  const update = asDocument(call.command.update, 'update');
  const filter = asDocument(call.command.query ?? {}, 'query');
  const compiled = compileFilter(filter, call.note);
  const namespace = toNamespace(call);
  const [before] = call.collections.get(namespace)?.find(compiled, {}, 1) ?? [];
  if (before === undefined && !upsert) return {};
  const collection = call.collections.getOrCreate(namespace);
  if (before !== undefined) {
    const after = updateDocument(before, update, filter, call.note);
    collection.replace(before, after);
    return { before, after };
  }
  const seed = {};
  for (const [path, value] of compiled.equalities) setValue(seed, path, value);
  const after = withId(updateDocument(seed, update, undefined, call.note));
  collection.insert(after);
  return { after };
}

/** MongoDB puts _id first, and makes one up. */
function withId({ _id = new ObjectId(), ...fields }: BsonDocument): BsonDocument {
  return { _id, ...fields };
}
