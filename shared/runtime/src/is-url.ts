/** Whether it is a URL whose user and password can be decoded, as every client does that connects by it. */
export function isUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
