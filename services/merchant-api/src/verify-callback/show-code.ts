/** How a person gets from a code_url to something that WeChat can scan. */
export function showCode(codeUrl: string): string {
  return [
    'scan this with WeChat (扫一扫) as a QR code and pay 1 fen, best from the balance (零钱): a card is refunded within days only',
    '',
    `    ${codeUrl}`,
    '',
    `    qrencode -t ANSIUTF8 '${codeUrl}'   draws it in a terminal; any maker of QR codes on your own machine will do`,
  ].join('\n');
}
