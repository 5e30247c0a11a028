import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventRule, readPath } from './event-rule.ts';

describe('what stands at a path of a resource', () => {
  it('is nothing for what is absent, null, empty, or not its own', () => {
    const resource = { amount: { total: 7, none: null }, empty: '', list: [{ a: 1 }], text: 'abc' };
    expect(readPath(resource, 'amount.total')).to.equal(7);
    for (const path of [
      'none',
      'amount.none',
      'empty',
      'text.length.x',
      'amount.total.x',
      'constructor',
      'amount.toString',
    ]) {
      expect(readPath(resource, path), path).to.equal(undefined);
    }
  });
});

describe('an event that our schema refuses', () => {
  it('names the field in the words of WeChat, and no value', () => {
    const tell = eventRule('complaint.created', {
      fields: { complaintId: 'complaint_id', actionType: 'action_type' },
      key: (event) => [event.complaintId],
    });
    const notification = {
      id: 'EV-1',
      eventType: 'COMPLAINT.CREATE',
      originalType: null,
      mchId: '1900000001',
    };
    const { event, callbackKey } = tell(notification, { complaint_id: { secret: 'seven' } });
    expect(event).to.have.property('problem').that.includes('complaint_id').and.not.includes('seven');
    expect(callbackKey).to.equal('notification_1900000001_EV-1');
  });
});
