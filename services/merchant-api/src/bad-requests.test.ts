import {
  type Endpoint,
  type EndpointName,
  merchantApi,
  problemDocument,
  problemStatuses,
} from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { createOftenAsker } from './ask-often.fixture.test.ts';
import { type GoodRequest, goodRequests } from './good-requests.fixture.test.ts';
import {
  type Answer,
  mchId,
  newOutTradeNo,
  type RunningApi,
  startMerchantApi,
} from './merchant-api.fixture.test.ts';

const endpoints = Object.entries(merchantApi) as [EndpointName, Endpoint][];
const appId = 'wx8888888888888888';

/** Whatever a client sends is answered with a problem that says what is wrong; never with a failure of ours. */
describe('a request that merchant-api cannot take', () => {
  const asker = createOftenAsker();
  let api: RunningApi;
  let tokens: Readonly<Record<'api_key' | 'session', string>>;
  before(async () => {
    api = await startMerchantApi();
  });
  after(async () => {
    asker.close();
    await api.close();
  });

  for (const [name, endpoint] of endpoints) {
    describe(`${name} (${endpoint.method} ${endpoint.path})`, () => {
      const good = goodRequests[name];
      // For each test another user's: one of the operations ends the session, and each user has a rate.
      beforeEach(async () => {
        const expiresAt = new Date(Date.now() + 3_600_000);
        const user = { mchId, appId, openId: newOutTradeNo(), expiresAt };
        const { token: session } = await api.context.store.sessions.create(user);
        tokens = { api_key: api.key, session };
      });
      const [auth] = endpoint.auth;
      const send = (request: GoodRequest, text?: string, headers: Record<string, string> = {}) =>
        asker.ask(toUrl(api.uri, endpoint, request), {
          method: endpoint.method,
          headers: {
            'content-type': 'application/json',
            ...(auth === undefined || auth === 'nobody' ? {} : { authorization: `Bearer ${tokens[auth]}` }),
            ...headers,
          },
          ...(endpoint.body === undefined ? {} : { body: text ?? JSON.stringify(request.body) }),
        });

      it('takes the good request that the bad ones are made from', async () => {
        const answer = await send(good());
        expect(answer.status, JSON.stringify(answer.body)).to.be.below(500);
        expect(answer.body?.code).to.not.equal('REQUEST_INVALID');
      });

      if (!endpoint.auth.includes('nobody')) {
        it('is 401 without a token, and with one of another kind', async () => {
          const others = (['api_key', 'session'] as const).filter((kind) => !endpoint.auth.includes(kind));
          const wrong = ['', 'Bearer guessed', ...others.map((kind) => `Bearer ${tokens[kind]}`)];
          for (const authorization of wrong) {
            expectProblem(await send(good(), undefined, { authorization }), 'REQUEST_UNAUTHENTICATED');
          }
        });
      }

      if (endpoint.params !== undefined) {
        const refusal = endpoint.unknownPath ?? 'REQUEST_INVALID';
        it(`is ${refusal} for a path that can name nothing`, async () => {
          for (const wrong of [
            'x',
            'é'.repeat(20),
            '../../etc/passwd',
            '\u0000\u0000\u0000\u0000\u0000\u0000',
            '%',
          ]) {
            const params = Object.fromEntries(Object.keys(good().params ?? {}).map((key) => [key, wrong]));
            expectProblem(await send({ ...good(), params }), refusal);
          }
        });
      }

      it('is 400 with a parameter in the query that nobody knows', async () => {
        const answer = await send({ ...good(), query: { ...good().query, surprise: '1' } });
        expectInvalid(answer, 'surprise');
      });

      if (endpoint.body === undefined) return;

      it('is refused with a body that is no JSON, no object, of another type, or too large', async () => {
        for (const text of ['', '{', '\ufeff{}', 'NaN', '[]', '"text"', '1', 'null']) {
          expectInvalid(await send(good(), text));
        }
        const large = JSON.stringify({ filler: 'x'.repeat((endpoint.largestBodyBytes ?? 64 * 1_024) + 1) });
        expectProblem(await send(good(), large), 'REQUEST_TOO_LARGE');
        expectProblem(await send(good(), undefined, { 'content-type': 'text/plain' }), 'REQUEST_MEDIA_TYPE');
        const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
        expectInvalid(await send(good(), deep));
      });

      it('is 400 with a field that nobody knows, on any level, and says which', async () => {
        for (const path of objectPathsOf(good().body)) {
          for (const key of ['surprise', '__proto__', 'constructor']) {
            expectInvalid(
              await send(good(), withEntry(good().body, path, key)),
              ...(isRecord(path) ? [] : [key]),
            );
          }
        }
      });

      it('is 400 with a value of another type, and says which', async () => {
        for (const path of leafPathsOf(good().body)) {
          for (const wrong of [null, [], toOtherType(valueAt(good().body, path))]) {
            expectInvalid(
              await send(good(), JSON.stringify(withValue(good().body, path, wrong))),
              String(path[0]),
            );
          }
        }
      });

      it('fails nowhere over a value of the right type that means nothing', async () => {
        for (const path of leafPathsOf(good().body)) {
          const isText = typeof valueAt(good().body, path) === 'string';
          const strange = isText
            ? ['', '\u0000\ud800', 'x'.repeat(2_000), '2026-02-30T25:00:00Z']
            : [-1, 0.5, 1e300];
          for (const value of strange) {
            const { status, body } = await send(good(), JSON.stringify(withValue(good().body, path, value)));
            expect(status, `${path.join('.')} ${JSON.stringify(value)} ${JSON.stringify(body)}`).to.be.below(
              500,
            );
          }
        }
      });
    });
  }
});

function expectProblem(answer: Answer, code: keyof typeof problemStatuses): void {
  expect(answer.body?.code, JSON.stringify(answer.body)).to.equal(code);
  expect(answer.status).to.equal(problemStatuses[code]);
  expect(answer.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
  problemDocument.parse(answer.body);
}

function expectInvalid(answer: Answer, field?: string): void {
  expectProblem(answer, 'REQUEST_INVALID');
  if (field === undefined) return;
  const named = (answer.body.errors ?? []).flatMap((error) => error.field.split('.'));
  expect(named, JSON.stringify(answer.body)).to.include(field);
}

function toUrl(uri: string, { path }: Endpoint, { params = {}, query = {} }: GoodRequest): string {
  const filled = path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return `${uri}${filled}${search === '' ? '' : `?${search}`}`;
}

type Path = readonly (string | number)[];

/** Where objects stand in it, from the outside in. */
function objectPathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    objectPathsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) ? inner : [path, ...inner];
}

function leafPathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) =>
    leafPathsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Objects whose keys are the client's own: any key may be one. */
function isRecord(path: Path): boolean {
  return ['data', 'answers'].includes(String(path.at(-1)));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], root);
}

function withValue(root: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  parent[path.at(-1) ?? ''] = value;
  return copy;
}

/** As text, for `__proto__` is no key that an object takes. */
function withEntry(root: unknown, path: Path, key: string): string {
  const mark = 'the-place-of-the-entry';
  const copy = structuredClone(root);
  (valueAt(copy, path) as Record<string, unknown>)[mark] = 1;
  return JSON.stringify(copy).replace(`"${mark}"`, JSON.stringify(key));
}

function toOtherType(value: unknown): unknown {
  return typeof value === 'string' ? 7 : 'text';
}
