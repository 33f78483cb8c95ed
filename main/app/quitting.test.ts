import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const quits = vi.hoisted(() => ({
  again: 0,
  listen: (_name: string, _listener: (event: object) => void) => {},
}));

vi.mock('electron', () => ({
  app: {
    on: (name: string, listener: (event: object) => void) => quits.listen(name, listener),
    quit: () => {
      quits.again += 1;
    },
  },
}));

const { waitBeforeQuitting } = await import('./quitting');

let events = new EventEmitter();
beforeEach(() => {
  vi.useFakeTimers();
  events = new EventEmitter();
  quits.again = 0;
  quits.listen = (name, listener) => void events.on(name, listener);
});
afterEach(() => void vi.useRealTimers());

/** What Electron does when the program is about to end. @returns whether it was kept from it */
function willQuit(): boolean {
  let isKept = false;
  events.emit('will-quit', {
    preventDefault() {
      isKept = true;
    },
  });
  return isKept;
}

/** Something that is written, until it is whole. */
function writing() {
  let isOpen = true;
  let finish = (): void => undefined;
  const whole = new Promise<void>((resolve) => {
    finish = () => {
      isOpen = false;
      resolve();
    };
  });
  return { isOpen: () => isOpen, end: () => whole, finish };
}

test('with nothing to wait for, the program ends at once', () => {
  const done = writing();
  done.finish();
  waitBeforeQuitting([done], () => false);
  expect(willQuit()).toBe(false);
});

test('it ends when the last of what is being written is whole, and not in the turn of the event', async () => {
  const [first, second] = [writing(), writing()];
  waitBeforeQuitting([first, second], () => false);
  expect(willQuit()).toBe(true);
  first.finish();
  await vi.advanceTimersByTimeAsync(1000);
  expect(quits.again).toBe(0);
  second.finish();
  expect(quits.again).toBe(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(quits.again).toBe(1);
  expect(willQuit()).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(quits.again).toBe(1);
});

test('what is never whole keeps it from ending no longer than it may', async () => {
  waitBeforeQuitting([writing()], () => false);
  expect(willQuit()).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(quits.again).toBe(1);
  expect(willQuit()).toBe(false);
});

test('a thread that nothing ends takes the process along, and only such a one', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  let isStuck = false;
  waitBeforeQuitting([], () => isStuck);
  events.emit('quit');
  expect(kill).not.toHaveBeenCalled();
  isStuck = true;
  expect(willQuit()).toBe(false);
  expect(kill).not.toHaveBeenCalled();
  events.emit('quit');
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
  kill.mockRestore();
});
