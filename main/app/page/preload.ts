/**
 * Runs sandboxed before the window's own code and gives it exactly the `Bridge`: named channels of
 * fixed lists, never Electron itself.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { eventNames, requestNames, type Bridge } from '../../../shared/api/channels';

const requestable: ReadonlySet<string> = new Set(requestNames);
const subscribable: ReadonlySet<string> = new Set(eventNames);

const bridge: Bridge = {
  request(name, argument) {
    if (!requestable.has(name)) return Promise.reject(new Error('unknown request'));
    return ipcRenderer.invoke(name, argument);
  },
  subscribe(name, listener) {
    if (!subscribable.has(name)) throw new Error('unknown event');
    const deliver = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(name, deliver);
    return () => {
      ipcRenderer.removeListener(name, deliver);
    };
  },
  pathOfFile(file) {
    return file instanceof File ? webUtils.getPathForFile(file) : '';
  },
};

contextBridge.exposeInMainWorld('klpscope', bridge);
