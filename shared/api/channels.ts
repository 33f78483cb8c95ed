/**
 * Names of all channels between window and main process, as plain lists: the preload script lets
 * nothing else through, and carries no schema library.
 */
export const requestNames = [
  'app:info',
  'host:open',
  'host:close',
  'host:refresh',
  'host:pause',
  'host:files',
  'host:file',
  'dialog:open',
  'clipboard:write',
  'settings:change',
  'window:painted',
  'window:shows',
  'hosts:configured',
  'host:retry',
  'host:cancel',
  'question:answer',
  'secrets:forget',
  'host:what-if',
  'demo:control',
  'recording:move-to',
  'recording:moments',
  'host:record',
] as const;

export const eventNames = [
  'host:changed',
  'host:closed',
  'host:select',
  'settings:changed',
  'command:run',
  'question:asked',
  'question:withdrawn',
] as const;

export type RequestName = (typeof requestNames)[number];
export type EventName = (typeof eventNames)[number];

/** What the preload script puts on `window.klpscope`: nothing else reaches the window. */
export interface Bridge {
  request(name: RequestName, argument: unknown): Promise<unknown>;
  /** @returns a function that ends the subscription */
  subscribe(name: EventName, listener: (payload: unknown) => void): () => void;
  /** Path of a file that was dropped onto the window; empty where it has none. */
  pathOfFile(file: object): string;
}
