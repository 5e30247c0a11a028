import { type Model, type QueryFilter, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type {
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterGroups,
  DeadLetterListOptions,
  DeadLetterPage,
} from './dead-letter.ts';
import { type DeadLetterRow, toStoredDeadLetter } from './dead-letter-row.ts';
import { oneBatch } from './one-batch.ts';
import { parseCursor, type TimePlace, toCursor } from './time-place.ts';

/** The rows, and the way in which every operation on them is run. */
export interface DeadLetterTable {
  readonly rows: Model<DeadLetterRow>;
  readonly run: StoreConnection['run'];
}

/** What a page holds in memory at most, beyond one row. */
const mostCharacters = 16_000_000;

/** A page of the rows that fit, the latest first, in the order of an index. */
export async function listDeadLetters(
  table: DeadLetterTable,
  options: DeadLetterListOptions,
): Promise<DeadLetterPage> {
  const { limit, after, ...filter } = options;
  let place = after === undefined ? undefined : parseCursor(after);
  return await table.run('deadLetters.list', async () => {
    const rows: DeadLetterRow[] = [];
    let characters = 0;
    while (rows.length < limit && characters <= mostCharacters) {
      const batch = await readAfter(table.rows, filter, place, limit - rows.length);
      const last = batch.at(-1);
      if (last === undefined) return toPage(rows, undefined);
      for (const { payloadJson, detailsJson } of batch) characters += payloadJson.length + detailsJson.length;
      rows.push(...batch);
      place = { at: last.failedAt, id: last._id };
    }
    const isLast = (await readAfter(table.rows, filter, place, 1)).length === 0;
    return toPage(rows, isLast ? undefined : place);
  });
}

function toPage(rows: readonly DeadLetterRow[], next: TimePlace | undefined): DeadLetterPage {
  return { deadLetters: rows.map(toStoredDeadLetter), next: next && toCursor(next) };
}

/**
 * The rows that come after a place, some of them at least: those of the same millisecond, if there are any, or else
 * those that died earlier. The rows come in order, so the first that is too old ends them.
 */
async function readAfter(
  rows: Model<DeadLetterRow>,
  { since, until, queues, errorCodes, isHeld, ...equal }: DeadLetterFilter,
  place: TimePlace | undefined,
  limit: number,
): Promise<DeadLetterRow[]> {
  if (place !== undefined) {
    const { at: failedAt, id } = place;
    const others = await read({ failedAt, _id: trusted({ $lte: id, $ne: id }) }, limit);
    if (others.length > 0) return others;
  }
  const latest = place === undefined ? until : new Date(place.at.getTime() - 1);
  const found = await read(latest === undefined ? {} : { failedAt: trusted({ $lte: latest }) }, limit);
  return since === undefined ? found : found.filter(({ failedAt }) => failedAt >= since);

  async function read(bounds: QueryFilter<DeadLetterRow>, atMost: number) {
    return await rows
      .find({
        ...toKnown(equal),
        ...(queues !== undefined && { queue: trusted({ $in: [...queues] }) }),
        ...(errorCodes !== undefined && { errorCode: trusted({ $in: [...errorCodes] }) }),
        ...(isHeld !== undefined && { heldAt: trusted({ $exists: isHeld }) }),
        ...bounds,
      })
      .sort({ failedAt: -1, _id: -1 })
      .setOptions(oneBatch(atMost))
      .lean<DeadLetterRow[]>();
  }
}

function toKnown(filter: DeadLetterFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

const groupedAtOnce = 500;
const mostGrouped = 20_000;

/** Counts page by page, each a reading of its own that ends in time; no more than the latest 20,000 rows. */
export async function groupDeadLetters(
  table: DeadLetterTable,
  filter: DeadLetterFilter,
): Promise<DeadLetterGroups> {
  const groups = new Map<string, DeadLetterGroup>();
  let after: string | undefined;
  let read = 0;
  do {
    const page = await listDeadLetters(table, { ...filter, limit: groupedAtOnce, after });
    for (const row of page.deadLetters) groups.set(row.fingerprint, addTo(groups.get(row.fingerprint), row));
    read += page.deadLetters.length;
    after = page.next;
  } while (after !== undefined && read < mostGrouped);
  return {
    groups: [...groups.values()].sort((a, b) => b.count - a.count),
    isComplete: after === undefined,
  };
}

/** The rows come with the latest first, so the first of a group is its example. */
function addTo(
  group: DeadLetterGroup | undefined,
  row: DeadLetterPage['deadLetters'][number],
): DeadLetterGroup {
  const { id, fingerprint, queue, jobName, errorCode, failedAt, amountFen = 0 } = row;
  const first = { fingerprint, queue, jobName, errorCode, lastFailedAt: failedAt, exampleId: id };
  return {
    ...(group ?? first),
    firstFailedAt: failedAt,
    count: (group?.count ?? 0) + 1,
    amountFen: (group?.amountFen ?? 0) + amountFen,
  };
}
