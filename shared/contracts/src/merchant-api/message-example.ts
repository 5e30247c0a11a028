/** The message of the documentation's examples. */
export const queuedMessage = {
  message_id: '9b2f6a0c4d1e8f7a3b5c6d7e8f901a2b',
  idempotency_key: 'pickup-tea-20270105-0001',
  appid: 'wx8888888888888888',
  channel: 'subscribe',
  template_id: 'LzeDP2G5PSgHoIjCTs9Q-s1HLRGmHE3K9c8OTbo0wTY',
  state: 'queued',
  send_at: '2027-01-05T02:00:00.000Z',
  useful_until: '2027-01-06T02:00:00.000Z',
  attempts: 0,
  created_at: '2027-01-05T02:00:00.000Z',
  updated_at: '2027-01-05T02:00:00.000Z',
};

/** The same, taken back. */
export const cancelledMessage = {
  ...queuedMessage,
  state: 'cancelled',
  settled_at: queuedMessage.updated_at,
};
