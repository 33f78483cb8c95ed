/** The main process as tests play it: what was asked of it, and answers in whatever order. */
import type { Bridge, EventName, RequestName } from '../../shared/api/channels';

export interface Request {
  readonly name: RequestName;
  readonly argument: unknown;
  answer(value?: unknown): void;
  refuse(message?: string): void;
}

export interface PlayedMain {
  /** All that was asked and told, oldest first. */
  readonly requests: Request[];
  /** Names and arguments of these requests. */
  asked(...names: RequestName[]): unknown[];
  /** The newest request of a name. */
  last(name: RequestName): Request;
  /** Answers every request of a name at once, from now on. */
  always(name: RequestName, answer: unknown): void;
  tell(name: EventName, payload: unknown): void;
  readonly listening: ReadonlyMap<EventName, (payload: unknown) => void>;
}

/** Stands in for the preload script until another one is played. */
export function playMain(): PlayedMain {
  const requests: Request[] = [];
  const answers = new Map<RequestName, unknown>();
  const listening = new Map<EventName, (payload: unknown) => void>();
  const bridge: Bridge = {
    request: (name, argument) =>
      new Promise((resolve, reject) => {
        requests.push({
          name,
          argument,
          answer: (value) => resolve(value),
          refuse: (message = 'refused') => reject(new Error(message)),
        });
        if (answers.has(name)) resolve(answers.get(name));
      }),
    subscribe: (name, listener) => {
      listening.set(name, listener);
      return () => listening.delete(name);
    },
    pathOfFile: () => '',
  };
  Object.defineProperty(window, 'klpscope', { value: bridge, configurable: true });
  const of = (names: readonly RequestName[]) => requests.filter(({ name }) => names.includes(name));
  return {
    requests,
    asked: (...names) => of(names).map(({ argument }) => argument),
    last(name) {
      const request = of([name]).at(-1);
      if (request === undefined) throw new Error(`${name} was not asked`);
      return request;
    },
    always: (name, answer) => void answers.set(name, answer),
    tell: (name, payload) => listening.get(name)?.(payload),
    listening,
  };
}
