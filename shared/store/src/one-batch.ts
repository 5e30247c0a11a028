/**
 * Options of a find that one reply answers: at most `limit` rows, and fewer when they are more than the 16 MB that a
 * reply holds, so memory is bounded too. No cursor stays open, and none is asked for that another node, or a server
 * that is compatible with MongoDB but for this, would not know.
 * https://www.mongodb.com/docs/manual/reference/command/find/#std-label-find-singleBatch
 */
export function oneBatch(limit: number) {
  return { limit, batchSize: limit, singleBatch: true };
}
