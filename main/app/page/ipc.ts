/**
 * The one place that speaks with the window. Requests are answered only to the page of ours that is
 * the window's main frame, and both directions are checked against the contract.
 */
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { requestNames, type EventName, type RequestName } from '../../../shared/api/channels';
import {
  events,
  requests,
  type Answer,
  type Ask,
  type EventOf,
} from '../../../shared/api/contract';
import { isOwnOrigin } from '../window/security';

/** What a handler returns: nothing where the contract has no answer. */
type Reply<N extends RequestName> = Answer<N> extends undefined ? void : Answer<N>;

export type Handlers = {
  readonly [N in RequestName]: (ask: Ask<N>) => Reply<N> | Promise<Reply<N>>;
};

/** The contract's schemas, typed so that a request's name ties its ask and its handler together. */
const schemas: {
  readonly [N in RequestName]: { readonly ask: z.ZodType<Ask<N>>; readonly answer: z.ZodType };
} = requests;

/**
 * Answers the window's requests from now on.
 *
 * A sender that is not the window's own page, and an ask that the contract does not know, are
 * answered by an error: our own page sends neither.
 */
export function answerRequests(window: BrowserWindow, handlers: Handlers): void {
  requestNames.forEach((name) => answerOne(window, name, handlers[name]));
}

function answerOne<N extends RequestName>(
  window: BrowserWindow,
  name: N,
  handler: Handlers[N],
): void {
  const { ask, answer } = schemas[name];
  ipcMain.handle(name, async (event, argument: unknown) => {
    // It asked and was closed: nobody hears the answer.
    if (window.isDestroyed()) return undefined;
    if (!comesFromOwnPage(event, window)) throw new Error(`${name}: not for this page`);
    return answer.parse(await handler(ask.parse(argument)));
  });
}

function comesFromOwnPage({ senderFrame }: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  // Null: the frame is gone already (Electron 35 and later).
  if (senderFrame === null) return false;
  return senderFrame === window.webContents.mainFrame && isOwnOrigin(senderFrame.origin);
}

/** Tells the window; while it is being closed nobody needs to know. */
export function tell<N extends EventName>(
  window: BrowserWindow,
  name: N,
  payload: EventOf<N>,
): void {
  if (window.isDestroyed() || window.webContents.isDestroyed()) return;
  window.webContents.send(name, events[name].parse(payload));
}
