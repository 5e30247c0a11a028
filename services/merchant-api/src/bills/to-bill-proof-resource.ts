import type { BillProofResource } from '@huidiao/contracts';
import { type BillDay, type BillSum, type BillTally, billFates } from '@huidiao/store';
import { toYuanText } from '@huidiao/wechat';

/** A day's bill as clients see it. */
export function toBillProofResource(day: BillDay): BillProofResource {
  const { mchId, billDate, state, dueAt, requestedAt, startedAt, checkedAt, errorCode, proof } = day;
  return {
    mchid: mchId,
    bill_date: billDate,
    state,
    ...(dueAt !== undefined && state !== 'running' && { due_at: dueAt.toISOString() }),
    ...(requestedAt !== undefined && { requested_at: requestedAt.toISOString() }),
    ...(startedAt !== undefined && { started_at: startedAt.toISOString() }),
    ...(checkedAt !== undefined && { checked_at: checkedAt.toISOString() }),
    ...(errorCode !== undefined && { error_code: errorCode }),
    ...(proof !== undefined && {
      proof: {
        rows: proof.rows,
        payments: toTally(proof.payments),
        refunds: toTally(proof.refunds),
        others: proof.others,
      },
    }),
  };
}

type TallyResource = NonNullable<BillProofResource['proof']>['payments'];

function toTally(tally: BillTally): TallyResource {
  const expected = { count: 0, fen: 0 };
  for (const fate of billFates) {
    if (fate === 'notOurs') continue;
    expected.count += tally[fate].count;
    expected.fen += tally[fate].fen;
  }
  return {
    expected: toSum(expected),
    received: toSum(tally.received),
    healed_by_query: toSum(tally.healedByQuery),
    healed_by_bill: toSum(tally.healedByBill),
    known: toSum(tally.known),
    open: toSum(tally.open),
    unregistered: toSum(tally.unregistered),
    differing: toSum(tally.differing),
    lacking: toSum(tally.lacking),
    not_ours: toSum(tally.notOurs),
  };
}

function toSum({ count, fen }: BillSum) {
  return { count, total: fen, yuan: toYuanText(fen) };
}
