import type { ErrorTable } from './error-table.ts';

/** The day's bill (交易账单), and the cases that somebody has to decide. */
export const billErrors = {
  CASE_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no case of this name.',
    whatToDo: 'Take its case_id from GET /v1/cases.',
  },
  CASE_DECIDED: {
    kind: 'permanent',
    meaning: 'Somebody else has decided this case, or it is settled.',
    whatToDo: 'Read the case: it says who decided what.',
  },
  CASE_DECISION_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning: 'This case cannot be decided in this way.',
    whatToDo: 'Read the case: may_decide lists what can be done about it now.',
  },
  BILL_NOT_READY: {
    kind: 'throttled',
    meaning:
      'WeChat Pay has not made the bill of that day yet; it is there from about 10:00 in Beijing on the day after.',
    whatToDo: 'Nothing; it is asked for again by itself. A request may be repeated after Retry-After.',
  },
  BILL_HASH_DIFFERS: {
    kind: 'transient',
    meaning: 'A downloaded bill is not the one whose hash WeChat Pay signed; nothing in it was believed.',
    whatToDo:
      'Nothing, unless it lasts: then look for what changes answers between WeChat Pay and this installation.',
  },
  BILL_NOT_UNDERSTOOD: {
    kind: 'permanent',
    meaning: 'A bill is not laid out as WeChat Pay documents it; nothing in it was believed.',
    whatToDo:
      'Report the line and the reason in the log; check the bill of that day again once it can be read.',
  },
  BILL_TOO_LONG: {
    kind: 'permanent',
    meaning: 'A bill has more lines or bytes than this installation reads; nothing in it was believed.',
    whatToDo:
      'Raise BILL_MAX_LINES or BILL_MAX_BYTES, which the alarm names, then check the day again: POST /v1/bills/{bill_date}/check.',
  },
  BILL_CHECK_KILLED: {
    kind: 'permanent',
    meaning:
      'Each process that checked this bill ended in the middle of it, several times one after the other.',
    whatToDo:
      'Find out why the reconciler ended: too little memory, or a folder of its files (TMPDIR) that is no disk. Then check the day again: POST /v1/bills/{bill_date}/check.',
  },
  BILL_AMOUNT_DIFFERS: {
    kind: 'permanent',
    meaning: "The day's bill and our order or refund agree on the numbers, and not on the amount.",
    whatToDo:
      'Compare both figures in the dead letter with the merchant platform; replaying it says that our figure is right.',
  },
  BILL_NOT_CHECKED: {
    kind: 'permanent',
    meaning: 'The bill of this day was not checked, and nobody asked for it.',
    whatToDo: 'Ask for it: POST /v1/bills/{bill_date}/check.',
  },
  BILL_DATE_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning: 'There is no bill of this day: it is not over, or more than 90 days ago.',
    whatToDo: 'Choose a day from yesterday to 90 days back, in Beijing.',
  },
} as const satisfies ErrorTable;
