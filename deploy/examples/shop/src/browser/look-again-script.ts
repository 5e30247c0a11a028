import { createHash } from 'node:crypto';

/**
 * Runs in the browser: loads the page again after the time that it says, and in a tab that nobody sees only once somebody
 * does.
 */
export const lookAgainScript = `{
  const { content } = document.querySelector('meta[name="looks-again-in-ms"]');
  const look = () => {
    if (document.hidden) document.addEventListener('visibilitychange', look, { once: true });
    else location.reload();
  };
  setTimeout(look, Number(content));
}`;

/** The one script that a page of the shop may run, for its Content-Security-Policy. */
export const lookAgainSource = `'sha256-${createHash('sha256').update(lookAgainScript).digest('base64')}'`;
