import { connect } from 'node:net';
import { type Document, deserialize, serialize } from 'bson';

/** OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg */
const opMsg = 2013;
const headerBytes = 16;
/** After the header: four bytes of flags and one that says "one document follows". */
const prefaceBytes = headerBytes + 5;

/**
 * Sends one command to a MongoDB on 127.0.0.1 and gives its answer, whatever it says. Enough to start a replica
 * set; everything else is the driver's work. @throws when nothing answers within the time.
 */
export function sendMongoCommand(port: number, command: Document, timeoutMs = 5_000): Promise<Document> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs });
    let received = Buffer.alloc(0);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once('connect', () => socket.write(toMessage({ ...command, $db: 'admin' })));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < headerBytes || received.length < received.readInt32LE(0)) return;
      socket.destroy();
      resolve(deserialize(received.subarray(prefaceBytes, received.readInt32LE(0))));
    });
    socket.once('timeout', () => fail(new Error(`MongoDB on port ${port} did not answer`)));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error(`MongoDB on port ${port} closed the connection`)));
  });
}

function toMessage(command: Document): Buffer {
  const document = serialize(command);
  const preface = Buffer.alloc(prefaceBytes);
  preface.writeInt32LE(prefaceBytes + document.length, 0);
  preface.writeInt32LE(1, 4);
  preface.writeInt32LE(opMsg, 12);
  return Buffer.concat([preface, document]);
}
