import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseArguments } from './parse-arguments.ts';
import { WrongUsage } from './wrong-usage.ts';

const now = new Date('2026-11-22T12:00:00Z');
const id = 'payment-event/apply-payment_1900000001_42_SUCCESS';
const group = 'a'.repeat(64);
const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '), now);

describe('parseArguments', () => {
  const good: [line: string, command: object][] = [
    ['help', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['replay --help', { name: 'help' }],
    ['list', { name: 'list', filter: { state: 'open' }, limit: 50, json: false }],
    [
      'list --state all --limit 7 --json',
      { name: 'list', filter: { state: undefined }, limit: 7, json: true },
    ],
    [`show ${id}`, { name: 'show', id, json: false }],
    [
      'groups --since 2h --until 2026-11-22T19:30:00+08:00',
      {
        name: 'groups',
        filter: {
          state: 'open',
          since: new Date('2026-11-22T10:00:00Z'),
          until: new Date('2026-11-22T11:30:00Z'),
        },
        json: false,
      },
    ],
    [
      `replay ${id} ${id}`,
      {
        name: 'replay',
        wanted: { ids: [id] },
        dryRun: false,
        by: undefined,
        json: false,
        ratePerSecond: 50,
        waitMs: 30_000,
      },
    ],
    [
      `replay --group ${group} --rate 5 --wait 60 --limit 10 --by li --dry-run`,
      {
        name: 'replay',
        wanted: { filter: { fingerprint: group, state: 'open' }, limit: 10 },
        dryRun: true,
        by: 'li',
        json: false,
        ratePerSecond: 5,
        waitMs: 60_000,
      },
    ],
    [
      'discard --queue payment-event --job keep-callback --code CALLBACK_TYPE_UNKNOWN --merchant 1900000001 --order order-1 --state replayed --reason tested',
      {
        name: 'discard',
        wanted: {
          filter: {
            state: 'replayed',
            queue: 'payment-event',
            jobName: 'keep-callback',
            errorCode: 'CALLBACK_TYPE_UNKNOWN',
            mchId: '1900000001',
            outTradeNo: 'order-1',
          },
          limit: 1_000,
        },
        dryRun: false,
        by: undefined,
        json: false,
        reason: 'tested',
      },
    ],
  ];
  for (const [line, command] of good) {
    it(`understands: ${line.slice(0, 80)}`, () => {
      expect(parse(line)).to.deep.equal(command);
    });
  }

  const wrong: [line: string, says: RegExp][] = [
    ['', /no command is given; give one of list, show, groups, replay, discard/],
    ['lsit', /no command "lsit"/],
    ['constructor', /no command/],
    ['list --codes X', /--codes/],
    ['list --code', /--code/],
    ['list --code=', /"" is no error code/],
    ['list --code ORDER_UNKOWN', /"ORDER_UNKOWN" is no error code/],
    ['list --code ORDER_UNKNOWN --code SHOP_REFUSED', /--code is given twice/],
    ['list --json --json', /--json is given twice/],
    ['list --state done', /open, replayed, resolved, discarded, all/],
    ['list --queue payments', /payment-event, platform-event, event-forwarding, order-fulfilment/],
    ['list --job=', /--job/],
    ['list --merchant x', /is no merchant number/],
    ['list --order x', /is no out_trade_no/],
    ['list --since yesterday', /is no time; give 90m, 2h or 3d/],
    ['list --since 2026-11-22T10:00:00', /with its zone/],
    ['list --until 2026-13-22T10:00:00Z', /is no time/],
    ['list --since 1h --until 2h', /--since is later than --until/],
    ['list --group abc', /64 characters/],
    [`list --group ${group} --fingerprint ${group}`, /are the same/],
    ['list --limit 0', /whole number from 1/],
    ['list --limit 1e3', /whole number/],
    ['list --rate 5', /--rate/],
    [`list ${id}`, /`show` takes an ID/],
    ['show', /takes one ID/],
    [`show ${id} ${id}x`, /takes one ID/],
    ['show apply-payment_1', /is no ID/],
    ['replay', /it is not said which/],
    ['replay --limit 5', /it is not said which/],
    ['replay --dry-run', /it is not said which/],
    [`replay ${id} --code ORDER_UNKNOWN`, /do not go together/],
    [`replay ${id} --limit 5`, /do not go together/],
    ['replay --state resolved', /only what is open or replayed/],
    ['replay --state all', /only what is open or replayed/],
    [`replay ${id} --rate 0`, /whole number from 1 to 1000/],
    [`replay ${id} --wait 0`, /whole number from 1 to 3600/],
    [`replay ${id} --reason x`, /--reason/],
    [`replay ${id} --by=`, /--by is empty/],
    [`discard ${id}`, /--reason is not given; say why/],
    [`discard ${id} --reason=`, /--reason is not given/],
    ['discard --reason x', /it is not said which/],
  ];
  for (const [line, says] of wrong) {
    it(`refuses: ${line.slice(0, 80)}`, () => {
      expect(() => parse(line)).to.throw(WrongUsage, says);
    });
  }

  it('refuses an ID that is empty, as a script gives it whose variable is not set', () => {
    expect(() => parseArguments(['replay', ''], now)).to.throw(WrongUsage, /is no ID/);
  });
});
