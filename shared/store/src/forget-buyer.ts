import { changeOrder, type OrderChange, type OrderTable } from './change-order.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import type { Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';
import { withoutContacts } from './shipment.ts';

/** A user within one app. */
export interface Person {
  readonly appId: string;
  readonly openId: string;
}

const mostAtOnce = 100;

/**
 * Takes a person out of their orders: the openid of buyer and payer, the messages that they
 * were still to be sent, and telephone numbers of shipments.
 * What was bought and paid stays; it is the merchant's book.
 *
 * @returns how many orders named them
 * @throws AppError STORE_UNAVAILABLE; it may be called again, until it gives 0
 */
export async function forgetBuyer(table: OrderTable, person: Person): Promise<number> {
  const { appId, openId } = person;
  const asBuyer = await forgetAll(table, person, { appId, openId });
  const asPayer = await forgetAll(table, person, { appId, 'payment.openId': openId });
  return asBuyer + asPayer;
}

async function forgetAll(table: OrderTable, person: Person, named: object): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const rows = await table.run('orders.find-buyer', async () =>
      table.rows.find(named).setOptions(oneBatch(mostAtOnce)).lean<OrderRow[]>(),
    );
    if (rows.length === 0) return forgotten;
    const changed = await mapSettled(rows, (row) => {
      const guard = { _id: row._id, version: row.version };
      return table.run('orders.forget-buyer', () =>
        changeOrder(table, guard, toChange(toOrder(row), person)),
      );
    });
    forgotten += changed.filter((order) => order !== undefined).length;
  }
}

function toChange({ openId, payment, effects, shipments }: Order, person: Person): OrderChange {
  const isBuyer = openId === person.openId;
  const isPayer = payment?.openId === person.openId;
  const isRecipient = (payment?.openId ?? openId) === person.openId;
  const left = effects.filter(({ job }) => !isRecipient || job !== 'send-subscribe-message');
  return {
    set: {
      ...(left.length < effects.length && { effects: left }),
      ...(shipments.length > 0 && { shipments: shipments.map(withoutContacts) }),
    },
    // The scene holds the address that the buyer's device had.
    unset: [
      ...(isBuyer ? (['openId', 'prepayOptions.scene_info'] as const) : []),
      ...(isPayer ? (['payment.openId'] as const) : []),
    ],
    events: [{ event: 'buyer.forgotten' }],
  };
}
