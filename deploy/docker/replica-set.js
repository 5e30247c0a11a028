// Run by the health check of the first member: makes the replica set once, and is content when it has a primary.
const members = ['mongo-1', 'mongo-2', 'mongo-3'];

function hasReplicaSet() {
  try {
    return rs.status().ok === 1;
  } catch (error) {
    if (error.codeName !== 'NotYetInitialized') throw error;
    return false;
  }
}

if (!hasReplicaSet()) {
  rs.initiate({ _id: 'rs0', members: members.map((name, index) => ({ _id: index, host: `${name}:27017` })) });
}
quit(db.hello().primary === undefined ? 1 : 0);
