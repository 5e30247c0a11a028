import { randomUUID } from 'node:crypto';
import { ControlRefusal } from '../control-refusal.ts';
import type { Announcement } from '../delivery/notification.ts';
import { pushIntervalsMs, pushLimitMs, questionLimitMs } from '../delivery/resend-schedules.ts';
import type { PushSpec } from '../events/event-spec.ts';
import type { EventSubject } from '../events/event-subject.ts';
import type { Faults } from '../faults.ts';
import { mergeFields } from '../merge-fields.ts';
import type { Random } from '../random.ts';
import type { SimulatedApp } from '../settings.ts';
import { compactStyle, type JsonObject, randomStyle } from '../write-json.ts';
import { compactXmlStyle, randomXmlStyle } from '../write-xml.ts';
import { buildPush, type PushMode } from './build-push.ts';
import { judgePush, type PushExpectation } from './judge-push.ts';
import { type ListShape, listShapes, type PushFormat, toPushContent } from './push-content.ts';
import { type PushTamper, toNeedOf } from './push-tamper.ts';

/** How a push is sent; what is left out is as the app is set. */
export interface PushOptions {
  readonly mode?: PushMode | undefined;
  readonly format?: PushFormat | undefined;
  /** Default: as it comes. */
  readonly listShape?: ListShape | undefined;
  /** Bytes of padding, 1 to 32. */
  readonly pad?: number | undefined;
  /** Default: any of those that are seen, by chance; without variety that of the format. */
  readonly contentType?: string | undefined;
  /** In place of what the event says; null takes a member away. */
  readonly fields?: JsonObject | undefined;
  /** Instead of everything that the event says. */
  readonly content?: JsonObject | undefined;
  /** In compatible mode: what the plain members say otherwise than the encrypted ones. */
  readonly plainFields?: JsonObject | undefined;
  readonly tamper?: PushTamper | undefined;
}

/** What of the simulator a message push is made with. */
export interface PushParts {
  readonly random: Random;
  readonly faults: Faults;
}

/** What a push is about and where it goes. */
export interface PushToAnnounce {
  readonly app: SimulatedApp;
  readonly url: string;
  readonly spec: PushSpec;
  readonly about: EventSubject;
  readonly options: PushOptions;
}

/** Content-Type is no reliable guide: all of these are seen. */
const contentTypes = ['text/xml', 'application/json', 'text/plain', 'text/xml; charset=utf-8'] as const;

/**
 * Makes it ready for delivery. Throws ControlRefusal for an app without token, a mode without key, and a tamper that
 * says nothing about such a push.
 */
export function toPushAnnouncement({ random, faults }: PushParts, push: PushToAnnounce): Announcement {
  const { app, url, spec, about, options } = push;
  const mode = options.mode ?? app.push?.mode ?? 'safe';
  const format = options.format ?? app.push?.format ?? 'json';
  const { token, encodingAesKey } = assertSendable(push, mode, format);
  const { variety } = faults.settings;
  // The same over all attempts.
  const listShape = options.listShape ?? (variety ? random.pick(listShapes) : 'natural');
  const content =
    options.content ?? toPushContent(spec, about, { format, listShape, fields: options.fields });
  const expectation = { demand: spec.demand, mode, format, token, encodingAesKey, appId: app.appId } as const;

  return {
    id: randomUUID(),
    channel: 'push',
    url,
    eventType: spec.event ?? spec.msgType,
    mchId: undefined,
    appId: app.appId,
    outTradeNo: about.outTradeNo,
    resendIntervalsMs: spec.resendIntervalsMs ?? pushIntervalsMs,
    answerLimitMs: spec.demand === 'ios-refund' ? questionLimitMs : pushLimitMs,
    compose: () => {
      const { query, nonce, message } = buildPush({
        appId: app.appId,
        token,
        encodingAesKey,
        mode,
        format,
        content,
        plainContent: options.plainFields && mergeFields(content, options.plainFields),
        pad: options.pad,
        contentType: options.contentType ?? (variety ? random.pick(contentTypes) : undefined),
        jsonStyle: variety ? randomStyle(random) : compactStyle,
        xmlStyle: variety ? randomXmlStyle(random) : compactXmlStyle,
        random,
        tamper: options.tamper,
      });
      const expected: PushExpectation = { ...expectation, nonce, ...toUsers(content) };
      return {
        url: `${url}${url.includes('?') ? '&' : '?'}${query}`,
        serial: '',
        message,
        judge: (answer) => judgePush(answer, expected),
      };
    },
  };
}

function assertSendable(
  { app, spec, options }: PushToAnnounce,
  mode: PushMode,
  format: PushFormat,
): { token: string; encodingAesKey: string | undefined } {
  const { push } = app;
  if (push === undefined) {
    throw new ControlRefusal(409, 'TOKEN_MISSING', `app ${app.appId} has no token in the settings`);
  }
  const { encodingAesKey } = push;
  if (mode !== 'plaintext' && encodingAesKey === undefined) {
    throw new ControlRefusal(
      409,
      'ENCODING_AES_KEY_MISSING',
      `app ${app.appId} has no encoding_aes_key in the settings`,
    );
  }
  const need = options.tamper && toNeedOf(options.tamper);
  if ((need === 'encryption' && mode === 'plaintext') || (need === 'xml' && format !== 'xml')) {
    const what = `${spec.name} in ${mode} mode and ${format}`;
    throw new ControlRefusal(
      409,
      'TAMPER_DOES_NOT_APPLY',
      `${what} has nothing that ${options.tamper} is about`,
    );
  }
  return { token: push.token, encodingAesKey };
}

function toUsers({ ToUserName, FromUserName }: JsonObject): { originalId: string; openId: string } {
  return { originalId: String(ToUserName ?? ''), openId: String(FromUserName ?? '') };
}
