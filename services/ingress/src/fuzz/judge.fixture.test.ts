import type { CheckedJob } from '@huidiao/queue';
import { AssertionError, expect } from 'chai';
import { readAnswer } from './answers.fixture.test.ts';
import type { Expected, FuzzCase, FuzzKind } from './fuzz-case.fixture.test.ts';
import type { Site, Visit } from './site.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Sends a case and throws unless all of it came as it must. @returns what it led to */
export async function judge(site: Site, kind: FuzzKind, fuzzCase: FuzzCase): Promise<Visit> {
  const { request, expected } = fuzzCase;
  const visit = await site.visit(request);
  if (visit.faults.length > 0) throw new AssertionError(visit.faults.join('; '));
  const meaning = readAnswer(kind, request, visit);
  // What is acknowledged never comes again, so all of it must be queued; what is not comes again.
  const isQueued = visit.jobs.some(({ name }) => name.startsWith('apply-') || name === 'keep-callback');
  if (!isQueued && visit.jobs.length > 0) throw new AssertionError('forwarded, and neither applied nor kept');
  if (isQueued !== (meaning === 'taken' && request.method === 'POST')) {
    throw new AssertionError(isQueued ? 'queued without an acknowledgement' : 'acknowledged and not queued');
  }
  expectOutcome(expected, visit, meaning === 'taken');
  if (expected.kind === 'unchanged' && meaning === 'taken') {
    expectSame(visit, await visitOnce(site, fuzzCase.valid), expected);
  }
  return visit;
}

const visits = new WeakMap<Site, Map<WireRequest, Visit>>();

/** What a valid message leads to; the same each time that it is sent. */
async function visitOnce(site: Site, valid: WireRequest): Promise<Visit> {
  const known = visits.get(site) ?? new Map<WireRequest, Visit>();
  visits.set(site, known);
  const visit = known.get(valid) ?? (await site.visit(valid));
  known.set(valid, visit);
  return visit;
}

function expectOutcome(expected: Expected, visit: Visit, isTaken: boolean): void {
  const { answer } = visit;
  const status = answer.kind === 'answered' ? answer.status : 'gone';
  switch (expected.kind) {
    case 'refused': {
      const { statuses = [401] } = expected;
      if (isTaken) throw new AssertionError(`taken with ${status}, not refused`);
      if (status === 'gone' || statuses.includes(status)) return;
      throw new AssertionError(`refused with ${status}, not with ${statuses.join(' or ')}`);
    }
    case 'unchanged':
      if (!isTaken && expected.orRefused !== true)
        throw new AssertionError(`refused with ${status}, not taken`);
      return;
    case 'taken':
      if (isTaken) expected.check(visit);
      else if (status === 'gone' || expected.orRefusedWith?.includes(status) !== true) {
        throw new AssertionError(`refused with ${status}, not taken`);
      }
      return;
    default:
      expected satisfies never;
  }
}

function expectSame(
  visit: Visit,
  valid: Visit,
  { despite = [] }: Extract<Expected, { kind: 'unchanged' }>,
): void {
  const toSaid = (job: CheckedJob) => toLasting(job, despite);
  expect(visit.jobs.map(toSaid)).to.deep.equal(valid.jobs.map(toSaid));
  const toStatus = ({ answer }: Visit) => (answer.kind === 'answered' ? answer.status : answer.kind);
  expect(toStatus(visit)).to.equal(toStatus(valid));
}

/** Of the request alone: its id, its bytes, and what was around them. */
const ofRequest = ['requestId', 'body', 'bodyEncoding', 'headers', 'query'];

function toLasting({ name, id, queue, payload }: CheckedJob, despite: readonly string[]) {
  const members = Object.entries(payload as object);
  const lasting = members
    .filter(([member]) => !ofRequest.includes(member) && !despite.includes(member))
    // Fields of XML come in the order that they were sent in.
    .map(([member, value]) => [member, member === 'content' ? JSON.parse(String(value)) : value]);
  return { name, id, queue, lasting };
}
