import fc from 'fast-check';
import { type TreeEdit, treeChanges } from './edit-tree.fixture.test.ts';

const names = fc.constantFrom(
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'id', 'new', 'Encrypt', 'List'],
  ...[
    'mchid',
    'sp_mchid',
    'combine_mchid',
    'sub_mchid',
    'receiver',
    'trade_state',
    'change_type',
    'sub_orders',
  ],
);

/** What is read most: a change anywhere seldom comes to one of a hundred members. */
const weighty = fc.constantFrom(
  ...[
    'trade_state',
    'refund_status',
    'transaction_id',
    'out_trade_no',
    'out_refund_no',
    'refund_id',
    'state',
  ],
  ...['total', 'total_amount', 'refund', 'amount', 'sub_orders', 'payer', 'complaint_id', 'contract_id'],
  ...['MsgId', 'MsgType', 'Event', 'CreateTime', 'ToUserName', 'FromUserName', 'OpenId', 'OutTradeNo', 'Env'],
  ...['List', 'SubscribeStatusString', 'WxRefundId', 'RefundFee', 'ComplaintId', 'order_id', 'pay_order_id'],
);

const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const hostileTexts = [
  '',
  ' ',
  'x',
  '0',
  'null',
  '__proto__',
  'SUCCESS',
  'FAIL',
  'REFUND',
  'CLOSED',
  'reject',
];
const hostileDigits = ['-1', '0.5', '00', '9007199254740993', '9'.repeat(40), '1900000002', '2038-01-19'];
const ids = ['4200000000202611220000000001', '4200000000202611220000000002', 'a'.repeat(64), 'ORDER-2'];
const unicode = ['\u{1F600}', '\u202e', 'é'.normalize('NFD'), '支付成功', 'x'.repeat(5_000)];
const anyText = fc.oneof(
  fc.constantFrom(...hostileTexts, ...hostileDigits, ...ids, ...unicode),
  fc.string({ unit: fc.constantFrom(...'0123456789abcXYZ_-|*支<>&"\\= '), maxLength: 40 }),
);

const jsonRaws = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', 'false', '0', '-0', '-1', '1', '0.5', '1e2', '1e400', '-1e400', '9007199254740993'],
    ...['9'.repeat(40), '[]', '[[]]', '[null]', '{}', '[{}]', '{"__proto__":{"a":1}}', '{"length":1e9}'],
    ...['{"constructor":{"prototype":{}}}', '{"toString":null,"valueOf":null}', '"\\u0000"', '"\\ud800"'],
    ...[deep('[', ']', 17), deep('{"a":', '}', 3).replace('}', '1}'), deep('[', ']', 5_000), 'NaN', '', '"'],
  ),
  anyText.map((text) => JSON.stringify(text)),
  fc.integer().map(String),
);

const xmlRaws = fc.oneof(
  fc.constantFrom(
    ...['<a/>', '<a></a><a></a>', '<a><b>1</b></a>', '<List><a>1</a></List>', deep('<a>', '</a>', 20), '&x;'],
    ...[
      '<![CDATA[]]>',
      '<![CDATA[<a>]]>',
      ']]>',
      '<!--x-->',
      '<?x?>',
      '<a',
      '</xml>',
      '&#0;',
      '\u0000',
      '&lt;',
    ],
  ),
  anyText.map((text) => `<![CDATA[${text.replaceAll(']]>', '')}]]>`),
  fc.integer().map(String),
);

const toEdits = (raw: fc.Arbitrary<string>): fc.Arbitrary<TreeEdit> =>
  fc.record({
    how: fc.constantFrom('replace', ...treeChanges),
    at: fc.nat(400),
    towards: fc.option(weighty, { nil: undefined, freq: 2 }),
    raw,
    name: names,
  });

/** Changes of what stands in JSON, and in XML. */
export const jsonEdits = toEdits(jsonRaws);
export const xmlEdits = toEdits(xmlRaws);

const states = [
  'SUCCESS',
  'REFUND',
  'CLOSED',
  'NOTPAY',
  'REVOKED',
  'ACCEPT',
  'ABNORMAL',
  'PROCESSING',
  'success',
];
const amounts = ['0', '1', '-1', '0.5', '1e2', '"1"', '9007199254740991', '9007199254740992', 'null'];

/** Changes of what a payment or a refund turns on. */
export const moneyEdits: fc.Arbitrary<TreeEdit> = fc.record({
  how: fc.constantFrom('replace', 'replace', 'remove', 'repeat', 'precede'),
  at: fc.nat(20),
  towards: fc.constantFrom(
    ...['trade_state', 'trade_state', 'refund_status', 'refund_status', 'total', 'total_amount', 'refund'],
    ...['transaction_id', 'out_trade_no', 'out_refund_no', 'refund_id'],
  ),
  raw: fc.constantFrom(...[...states, ...ids].map((text) => JSON.stringify(text)), ...amounts),
  name: fc.constant('new'),
});

/** Values that are lawful but for their length: keys and ids are made of them. */
export const lengthEdits: fc.Arbitrary<TreeEdit> = fc.record({
  how: fc.constant('replace'),
  at: fc.nat(400),
  towards: fc.constant(undefined),
  raw: fc
    .tuple(fc.constantFrom('a', '7', 'Z9_-'), fc.constantFrom(33, 65, 121, 129, 201, 257, 2_001))
    .map(([unit, times]) => JSON.stringify(unit.repeat(times))),
  name: fc.constant('new'),
});
