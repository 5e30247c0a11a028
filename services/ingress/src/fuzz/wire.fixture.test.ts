import type { Server } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';

/** A request as its sender writes it, lawful or not. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Lines in their order; a name may come twice. What frames the body is not among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** How the body's length is told; `cut`: the sender goes away before its last byte. Default `length`. */
  readonly framing?: 'length' | 'chunked' | 'cut';
}

/** What came back; `gone`: the connection ended without an answer. */
export type WireAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** By their names in small letters. */
      readonly headers: ReadonlyMap<string, string>;
      readonly body: string;
    }
  | { readonly kind: 'gone' };

/** A client of an HTTP server, over a connection in memory: node's own parser, and no port. */
export interface Wire {
  /** One at a time. Rejects where more than one answer came. */
  exchange(request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

/** The server need not listen. */
export function createWire(server: Server): Wire {
  let connection: Connection | undefined;
  return {
    exchange(request) {
      if (connection === undefined || connection.isOver) connection = new Connection(server);
      return connection.exchange(request);
    },
    close() {
      connection?.close();
    },
  };
}

class Connection {
  readonly #client: Duplex;
  #received: Buffer = Buffer.alloc(0);
  #settle: (() => void) | undefined;
  isOver = false;

  constructor(server: Server) {
    const [client, served] = duplexPair();
    this.#client = client;
    client.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#settle?.();
    });
    for (const event of ['end', 'close', 'error']) client.on(event, () => this.#end());
    served.on('error', () => this.#end());
    served.on('close', () => this.#end());
    server.emit('connection', served);
  }

  async exchange(request: WireRequest): Promise<WireAnswer> {
    if (this.#received.length > 0) throw new Error('a second answer came to the request before');
    if (request.framing === 'cut') this.#client.end(toBytes(request));
    else this.#client.write(toBytes(request));
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        const read = readAnswer(this.#received, this.isOver);
        if (read === undefined && !this.isOver) return;
        this.#settle = undefined;
        const { answer, rest } = read ?? { answer: { kind: 'gone' } as const, rest: this.#received };
        this.#received = rest;
        if (answer.kind === 'answered' && answer.headers.get('connection') === 'close') this.close();
        if (rest.length > 0) reject(new Error(`more than an answer came: ${rest.toString('latin1')}`));
        else resolve(answer);
      };
      this.#settle();
    });
  }

  close(): void {
    this.isOver = true;
    this.#client.destroy();
  }

  #end(): void {
    this.isOver = true;
    this.#settle?.();
  }
}

function toBytes({ method, target, headers, body, framing = 'length' }: WireRequest): Buffer {
  const frame = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`, 'Host: huidiao', ...lines, frame, '', ''].join('\r\n');
  const sent = framing === 'chunked' ? toChunks(body) : framing === 'cut' ? body.subarray(0, -1) : body;
  return Buffer.concat([Buffer.from(head, 'latin1'), sent]);
}

/** In three pieces, so that the receiver has to put them together. */
function toChunks(body: Buffer): Buffer {
  const third = Math.ceil(body.length / 3) || 1;
  const pieces = [0, 1, 2].map((index) => body.subarray(index * third, (index + 1) * third));
  const chunks = pieces
    .filter((piece) => piece.length > 0)
    .flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}

/** Undefined while it is not whole. */
function readAnswer(bytes: Buffer, isOver: boolean): { answer: WireAnswer; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(first.split(' ')[1]);
  const start = end + 4;
  const length = toLength(status, headers, isOver ? bytes.length - start : undefined);
  if (length === undefined || bytes.length < start + length) return undefined;
  const body = bytes.toString('utf8', start, start + length);
  return { answer: { kind: 'answered', status, headers, body }, rest: bytes.subarray(start + length) };
}

/** An answer without a length, which node's parser gives to what is no HTTP, ends with its connection. */
function toLength(
  status: number,
  headers: ReadonlyMap<string, string>,
  untilEnd: number | undefined,
): number | undefined {
  if (status === 204) return 0;
  const told = headers.get('content-length');
  return told === undefined ? untilEnd : Number(told);
}
