import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectSlots } from './connectSlots';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

/** Connections that have begun, in the order in which they did, and how to end each. */
function connecting(slots: ConnectSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const connect = async (name: string, signal = never): Promise<void> => {
    const giveBack = await slots.take(signal);
    begun.push(name);
    ends.set(name, giveBack);
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const end = (name: string) => {
    ends.get(name)?.();
    return settle();
  };
  return { begun, connect, settle, end };
}

test('no more begin at once than there are slots; the others do as they are given back, in order', async () => {
  const { begun, connect, settle, end } = connecting(new ConnectSlots(2));
  for (const name of ['a', 'b', 'c', 'd', 'e']) void connect(name);
  await settle();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  // A second time it is not its own any more.
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('a');
  await end('c');
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('one that waits for its host or for a person holds up nobody for long', async () => {
  const { begun, connect, settle, end } = connecting(new ConnectSlots(1));
  for (const name of ['dead', 'b', 'c']) void connect(name);
  await settle();
  expect(begun).toEqual(['dead']);
  await vi.advanceTimersByTimeAsync(2000);
  expect(begun).toEqual(['dead', 'b']);
  // What it gives back late, it has not any more.
  await end('dead');
  expect(begun).toEqual(['dead', 'b']);
});

test('who is not to connect any more does not wait for a slot, nor takes one', async () => {
  const { begun, connect, settle, end } = connecting(new ConnectSlots(1));
  const givenUp = new AbortController();
  void connect('a');
  void connect('b', givenUp.signal);
  void connect('c');
  await settle();
  givenUp.abort();
  await settle();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'c']);
  void connect('d', givenUp.signal);
  await settle();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});
