/** The main process, played by a test: what the window asked it, and what it tells the window. */
import type { Bridge, EventName, RequestName } from '../../shared/api/channels';

export interface MainProcess {
  /** In the order in which it was asked. */
  readonly asked: (readonly [RequestName, unknown])[];
  /** Who listens to what. */
  readonly listeners: Map<EventName, (payload: unknown) => void>;
}

/** @param answer what each request is answered; one that rejects is a bug of the main process */
export function installBridge(
  answer: (name: RequestName, argument: unknown) => unknown = () => undefined,
): MainProcess {
  const main: MainProcess = { asked: [], listeners: new Map() };
  const bridge: Bridge = {
    request: async (name, argument) => {
      main.asked.push([name, argument]);
      return answer(name, argument);
    },
    subscribe: (name, listener) => {
      main.listeners.set(name, listener);
      return () => main.listeners.delete(name);
    },
    pathOfFile: () => '',
  };
  Object.defineProperty(window, 'klpscope', { value: bridge, configurable: true });
  return main;
}
