import type { ErrorTable } from './error-table.ts';

/** Users of a mini-program: login, session, profile, phone number. */
export const userErrors = {
  LOGIN_CODE_INVALID: {
    kind: 'permanent',
    meaning: 'WeChat does not know this code of wx.login: it is older than five minutes, or of another app.',
    whatToDo: 'Call wx.login again and send its new code.',
  },
  LOGIN_CODE_USED: {
    kind: 'permanent',
    meaning: 'This code of wx.login was used before; it is good once.',
    whatToDo: 'Call wx.login again and send its new code.',
  },
  LOGIN_BLOCKED: {
    kind: 'permanent',
    meaning: 'WeChat blocks the logins of this user, for it takes them for a risk.',
    whatToDo: 'Do not try again by itself; tell the user that WeChat does not let them in.',
  },
  LOGIN_TOO_FREQUENT: {
    kind: 'throttled',
    meaning: 'This user logged in too often within a minute.',
    whatToDo: 'Call wx.login again after Retry-After, and once per start of the mini-program.',
  },
  LOGIN_UNFINISHED: {
    kind: 'transient',
    meaning:
      'WeChat did not answer a login in time, or not so that it can be understood: the code may be used.',
    whatToDo: 'Call wx.login again and send its new code; the old one may be refused.',
  },
  SESSION_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'No session of this merchant has this token, or it has ended.',
    whatToDo: 'Let the mini-program log in again.',
  },
  SESSION_KEY_EXPIRED: {
    kind: 'permanent',
    meaning: "Of the user's login nothing is kept any more that their data could be checked with.",
    whatToDo: 'Call wx.login, send its code to POST /v1/sessions, then fetch the data again.',
  },
  PROFILE_SIGNATURE_WRONG: {
    kind: 'permanent',
    meaning: "The user's data were not signed with the session_key of their login.",
    whatToDo:
      'Call wx.login, send its code to POST /v1/sessions, and only then fetch the data; send rawData as it came, character by character.',
  },
  PROFILE_NOT_DECRYPTABLE: {
    kind: 'permanent',
    meaning:
      "The encryptedData does not open with the session_key that signed rawData, or holds none of the user's data.",
    whatToDo:
      'Send encryptedData and iv of the same result as rawData, unchanged: a + that became a space is enough.',
  },
  PROFILE_OF_ANOTHER_APP: {
    kind: 'permanent',
    meaning: "The user's data were made for another app than the one of the session.",
    whatToDo: 'Log in and fetch the data within the same mini-program.',
  },
  PROFILE_OF_ANOTHER_USER: {
    kind: 'permanent',
    meaning: 'The data are of another user than the session.',
    whatToDo: 'Call wx.login, send its code to POST /v1/sessions, then fetch the data again.',
  },
  PROFILE_STALE: {
    kind: 'permanent',
    meaning: "The user's data are more than five minutes old, or as much ahead of our clock.",
    whatToDo:
      'Fetch the data again and send them at once; if that does not help, check the clock of this machine.',
  },
  PHONE_CODE_INVALID: {
    kind: 'permanent',
    meaning:
      'WeChat does not take this code of the phone button: it was used, is older than five minutes, or is of another user.',
    whatToDo: 'Ask the user to tap the phone button again; a code of wx.login is none of the phone button.',
  },
  PHONE_CODE_OF_ANOTHER_APP: {
    kind: 'permanent',
    meaning: 'The code of the phone button is of another app than the session.',
    whatToDo: 'Log in and tap the phone button within the same mini-program.',
  },
  PHONE_OUTCOME_UNKNOWN: {
    kind: 'transient',
    meaning: 'WeChat did not answer in time which phone number it is: the code may be used.',
    whatToDo:
      'Send the same code once more; on PHONE_CODE_INVALID ask the user to tap the phone button again.',
  },
} as const satisfies ErrorTable;
