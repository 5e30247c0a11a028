import fc from 'fast-check';

/** One change of flat fields. */
export interface FieldEdit {
  readonly how: 'set' | 'remove' | 'add' | 'rename';
  /** Of the field that is changed, modulo their number. */
  readonly at: number;
  /** Of a field that is added. */
  readonly name: string;
  /** XML may hold it. */
  readonly value: string;
}

export type Fields = Readonly<Record<string, string>>;

/** Names that mean something to somebody, and some that are dangerous. */
export const fieldNames = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'new',
    'key',
    'xml',
    'root',
    'List',
    'Encrypt',
  ],
  ...['change_type', 'contract_id', 'trade_state', 'trade_type', 'sub_mch_id', 'sub_appid', 'refund_status'],
  ...[
    'coupon_count',
    'coupon_fee',
    'coupon_fee_0',
    'coupon_fee_99999',
    'coupon_type_0',
    'cash_fee_type',
    'fee_type',
  ],
  ...[
    'mch_id',
    'out_trade_no',
    'transaction_id',
    'total_fee',
    'req_info',
    'sign_type',
    'err_code',
    'plan_id',
  ],
];

const values = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\n', '0', '00', '-1', '1.5', '1e2', '+1', '9007199254740993', '9'.repeat(40), 'NaN', '١٢٣'],
    ...['SUCCESS', 'FAIL', 'REFUND', 'CHANGE', 'REFUNDCLOSE', 'ADD', 'DELETE', 'PAP', 'MD5', 'HMAC-SHA256'],
    ...[
      '1900000001',
      '1900000002',
      'wx2222222222222222',
      '20261399999999',
      '2026-02-30 25:61:61',
      '__proto__',
    ],
    ...['<a>', '&lt;', '&amp;key=', '\u{1F600}', '\u202e支付', 'x'.repeat(5_000), '=', 'a&b=c&key=d'],
  ),
  fc.string({ unit: fc.constantFrom(...'0123456789abcXYZ_-|*支付<>&=" '), maxLength: 40 }),
);

export const fieldEdits: fc.Arbitrary<FieldEdit> = fc.record({
  how: fc.constantFrom<FieldEdit['how']>('set', 'set', 'set', 'remove', 'add', 'rename'),
  at: fc.nat(60),
  name: fc.constantFrom(...fieldNames),
  value: values,
});

/** The fields with the change. */
export function editFields(fields: Fields, { how, at, name, value }: FieldEdit): Fields {
  const entries = Object.entries(fields);
  const place = at % Math.max(1, entries.length);
  const [found = name, was = ''] = entries[place] ?? [];
  const replace = (...by: readonly [string, string][]) =>
    Object.fromEntries(entries.toSpliced(place, 1, ...by));
  switch (how) {
    case 'set':
      return replace([found, value]);
    case 'remove':
      return replace();
    case 'add':
      return Object.fromEntries([...entries, [name, value]]);
    case 'rename':
      return replace([`${found}_`, was]);
    default:
      return how satisfies never;
  }
}
