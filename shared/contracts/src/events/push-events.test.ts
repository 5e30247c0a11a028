import { expect } from 'chai';
import { describe, it } from 'mocha';
import { consentEvents } from './consent-events.ts';
import { notedEvents } from './domain-event.ts';
import { eventFilterPattern } from './event-filter.ts';
import { payEvents } from './pay-events.ts';
import { pushEvents } from './push-events.ts';
import { tradeEvents } from './trade-events.ts';
import { userDataEvents } from './user-data-events.ts';

describe('the types of events', () => {
  it('belong to one family each: of two with one name the later would silently stand for both', () => {
    const families = [payEvents, pushEvents, consentEvents, userDataEvents, tradeEvents];
    const types = families.flatMap((family) => Object.keys(family));
    expect(types.filter((type, place) => types.indexOf(type) !== place)).to.deep.equal([]);
    expect(Object.keys(notedEvents).sort()).to.deep.equal(types.sort());
  });

  it('are what their schemas say, and what a filter may name', () => {
    for (const [type, schema] of Object.entries(notedEvents)) {
      expect(schema.shape.type.value).to.equal(type);
      expect(type).to.match(eventFilterPattern);
      expect(type.length).to.be.at.most(64);
    }
  });
});
