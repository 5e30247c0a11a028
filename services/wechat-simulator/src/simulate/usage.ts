/** What `npm run simulate -- help` prints. */
export const usage = `Asks a running simulator to send a callback as WeChat does, and tells what the receiver answered.

  npm run simulate -- event NAME [options]      send one event, once
  npm run simulate -- event --list [WORD]       the names, and what can be wrong with each kind
  npm run simulate -- push-address [options]    save the address of the message push: the GET check

NAME is WeChat's own (TRANSACTION.SUCCESS, subscribe_msg_popup_event, text; v2.payment for API v2), perhaps with a
variant (TRANSACTION.SUCCESS:combine), or a short alias (payment, popup, refund-v2). Without --url it goes where WeChat
would send it: to the address that was registered, that the settings name, or of the latest order.

  --merchant MCHID      whose (the first of the simulator's)
  --app APPID           which mini-program (the first that has a token)
  --url URL             where to
  --ingress URL         an ingress of Huidiao: the path is added (INGRESS_URL)
  --set NAME=VALUE      what it is about: out_trade_no, transaction_id, openid, total, refund, out_refund_no, refund_id,
                        sub_mchid, sub_appid, sub_openid, template_id, contract_id, out_contract_code, text; repeatable
  --field PATH=VALUE    a member of what it says, a.b=VALUE within another; VALUE is JSON or text, null takes it away
  --tamper WAY          one thing wrong, or \`all\`, one after the other
  --resend              with all its re-sends, in place of once

  of a push:            --mode plaintext|compatible|safe   --format json|xml   --pad 1-32   --content-type TYPE
                        --list-shape natural|object|array|wrapped-object|wrapped-array
                        --plain-field PATH=VALUE (compatible mode: what the plain members say otherwise)
  of API v2:            --sign-type MD5|HMAC-SHA256   --no-sign-type

  --simulator URL       the simulator (SIMULATOR_URL; http://127.0.0.1:3002, which is that of \`npm start\`)

It ends with 0 if the receiver did right: acknowledged what is genuine, refused what is not. With 1 if it did not, or did
not answer; with 2 if nothing could be sent.
`;
