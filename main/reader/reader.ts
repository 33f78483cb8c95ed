/**
 * A reader thread: holds hosts that are open in the window and reads them when asked, so that neither
 * a slow disk nor a host with many threads holds up the window.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ConnectSlots } from '../sources/connectSlots';
import type { Question } from '../ssh/questions';
import type { Answering, Call, CallAnswer, CallName } from './calls';
import { HostReader } from './hostReader';
import { signOfLifeMs, type FromReader, type ThreadStart, type ToReader } from './messages';

const { startsAtOnce, oneAtATime, inHand }: ThreadStart = workerData;
const hosts = new Map<number, HostReader>();
const slots = new ConnectSlots(startsAtOnce);

/** Questions that wait for a human's answer. */
const asked = new Map<number, (answers: readonly string[] | null) => void>();
let questions = 0;

parentPort?.on('message', (message: ToReader | 'end') => {
  // Nothing else keeps the thread once its connections have ended.
  if (message === 'end') {
    parentPort?.close();
    return;
  }
  const before = Atomics.load(inHand, 0);
  Atomics.store(inHand, 0, message.host);
  take(message);
  Atomics.store(inHand, 0, before);
});

setInterval(() => Atomics.add(inHand, 1, 1), signOfLifeMs).unref();

/** Of the calls that wait for their turn, the last. */
let turn: Promise<void> = Promise.resolve();

async function inTurn(host: number, work: () => Promise<void>): Promise<void> {
  if (!oneAtATime) return work();
  const before = turn;
  let end = (): void => undefined;
  turn = new Promise((resolve) => {
    end = resolve;
  });
  await before;
  Atomics.store(inHand, 0, host);
  await work();
  Atomics.store(inHand, 0, 0);
  end();
}

function take(message: ToReader): void {
  const { host } = message;
  const reader = hosts.get(host);
  switch (message.do) {
    case 'open':
      hosts.set(host, open(message));
      return;
    case 'ask':
      if (reader) void inTurn(host, () => answer(host, message.id, reader.answers, message.call));
      return;
    case 'retry':
    case 'cancel':
      reader?.[message.do]();
      return;
    case 'answer':
      asked.get(message.id)?.(message.answers);
      asked.delete(message.id);
      return;
    case 'close':
      reader?.close();
      hosts.delete(host);
      say({ say: 'closed', host });
  }
}

function open({ host, target, live }: ToReader & { readonly do: 'open' }): HostReader {
  return new HostReader(target, { live, slots, ask: (question) => askWindow(host, question) });
}

async function answer(host: number, id: number, answers: Answering, call: Call): Promise<void> {
  say({ say: 'answer', host, id, answer: await answerOf(answers, call) });
}

function answerOf<N extends CallName>(
  answers: Answering,
  { name, argument }: Call<N>,
): CallAnswer<N> | Promise<CallAnswer<N>> {
  return answers[name](argument);
}

function askWindow(host: number, question: Question): Promise<readonly string[] | null> {
  const id = (questions += 1);
  say({ say: 'question', host, id, question });
  return new Promise((resolve) => asked.set(id, resolve));
}

function say(message: FromReader): void {
  parentPort?.postMessage(message);
}
