/** Queries behind the address of WeChat Pay's callbacks, which say nothing there, by what they are. */
export const queries: Readonly<Record<string, string>> = {
  empty: '?',
  'a value': '?a=b',
  'an id': '?mchid=1900000002&mch_id=1900000002',
  'a list': '?a[]=1&a[]=2&a=3',
  'no escape': '?%zz',
  'two marks': '?a?b',
  long: `?${'x'.repeat(3_000)}`,
};
