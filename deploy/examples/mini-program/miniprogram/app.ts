import { getToken, logIn } from './api/session';

App({
  /** Early, so that nobody waits for it at the checkout; what needs it logs in again where this one failed. */
  onLaunch() {
    if (getToken() === undefined) void logIn();
  },
});
