import { Long } from 'bson';
import { asDocument } from './bson-value.ts';
import { type CommandCall, toCount, toList, toNamespace } from './command-call.ts';
import { type BsonDocument, notImplemented } from './command-failure.ts';
import type { Page } from './cursors.ts';
import { compileFilter } from './filter.ts';

/** https://www.mongodb.com/docs/manual/reference/command/find/ ; MongoDB's default first batch has 101 documents */
export function find(call: CommandCall): BsonDocument {
  const { collections, cursors, command, note } = call;
  const namespace = toNamespace(call);
  const filter = compileFilter(asDocument(command.filter ?? {}, 'filter'), note);
  const sort = asDocument(command.sort ?? {}, 'sort');
  if (Object.values(sort).some((way) => way !== 1 && way !== -1))
    throw notImplemented('to sort but by 1, -1');
  const found = collections.get(namespace)?.find(filter, sort, toCount(command.limit)) ?? [];
  const page = cursors.open(namespace, found, toCount(command.batchSize) ?? 101);
  if (command.singleBatch === true && cursors.close(page.cursorId)) page.cursorId = 0;
  return toReply(page, namespace, 'firstBatch');
}

/** https://www.mongodb.com/docs/manual/reference/command/getMore/ */
export function getMore(call: CommandCall): BsonDocument {
  const namespace = toNamespace(call, 'collection');
  const { getMore: id, batchSize } = call.command;
  const page = call.cursors.next(Number(id), namespace, toCount(batchSize) || Number.POSITIVE_INFINITY);
  return toReply(page, namespace, 'nextBatch');
}

/** https://www.mongodb.com/docs/manual/reference/command/killCursors/ */
export function killCursors({ cursors, command }: CommandCall): BsonDocument {
  const ids = toList(command.cursors, 'cursors').map((id) => Long.fromNumber(Number(id)));
  const cursorsKilled = ids.filter((id) => cursors.close(id.toNumber()));
  const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
  return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
}

/** Drivers insist on a cursor id of type int64. */
function toReply({ cursorId, documents }: Page, ns: string, batch: 'firstBatch' | 'nextBatch'): BsonDocument {
  return { cursor: { [batch]: documents, id: Long.fromNumber(cursorId), ns } };
}
