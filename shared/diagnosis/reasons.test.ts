import { describe, expect, it } from 'vitest';
import type { StackFrame } from '../readings/files/stack';
import type { LivepatchEvent } from '../readings/log/livepatchEvent';
import type { KernelRules, ThreadDetails } from '../model/systemState';
import type { Reason } from './reasons';
import type { Implementation } from './implementations';
import type { TransitionLog } from './logOfTransition';
import { reasonOf } from './reasons';
import { unwindBreakers } from './stackForms';
import type { ReasonCode, RemedyCode } from './codes';
import { remediesFor, remediesOfStall } from './remedies';

const frame = (name: string, module: string | null = null): StackFrame => ({
  function: name,
  offset: 1,
  size: 2,
  module,
});
const asleep: ThreadDetails = {
  comm: 'cat',
  cmdline: null,
  state: 'S',
  kthread: false,
  userWorker: false,
  uid: 0,
  startTicks: null,
  unit: null,
  stack: [frame('ep_poll'), frame('do_syscall_64')],
  wchan: null,
};
const left = (name: string, object = 'vmlinux', patch: string | null = null): Implementation => ({
  object,
  function: name,
  names: [name],
  patch,
  isLeft: true,
});
const code = [left('f'), left('g', 'nfs')];

function saying(...events: readonly LivepatchEvent[]): TransitionLog {
  const entries = events.map((event, line) => ({
    seconds: line,
    wall: null,
    line,
    text: '',
    event,
  }));
  return { start: null, entries, isReversal: false };
}
type NotSwitched = Extract<LivepatchEvent, { kind: 'thread-not-switched' }>;
const word = (why: NotSwitched['why'], name: string | null = null, tid = 7): NotSwitched => ({
  kind: 'thread-not-switched',
  comm: 'cat',
  tid,
  why,
  function: name,
});

const reason = (
  details: Partial<ThreadDetails> | null,
  log: TransitionLog | null = null,
  implementations: readonly Implementation[] = code,
) =>
  reasonOf({ pid: 7, tid: 7, details: details && { ...asleep, ...details } }, implementations, log);

describe('the kernel’s own word for a thread', () => {
  it('names the function, and the frame is looked up', () => {
    expect(
      reason({ stack: [frame('schedule'), frame('f')] }, saying(word('sleeping', 'f'))),
    ).toEqual({
      code: 'sleeping-on-function',
      object: 'vmlinux',
      function: 'f',
      symbol: 'f',
      frame: 1,
      certainty: 'certain',
    });
  });

  it('is certain where the stack no longer shows it, or was not read', () => {
    for (const stack of [[frame('ep_poll')], null]) {
      expect(reason({ stack }, saying(word('sleeping', 'g')))).toEqual({
        code: 'sleeping-on-function',
        object: 'nfs',
        function: 'g',
        symbol: null,
        frame: null,
        certainty: 'certain',
      });
    }
    expect(reason(null, saying(word('sleeping', 'g')))).toMatchObject({ object: 'nfs' });
  });

  it('leaves the object open where two have such a function, or none is known', () => {
    const both = [left('f'), left('f', 'nfs')];
    expect(reason({}, saying(word('sleeping', 'f')), both).object).toBeNull();
    expect(reason({}, saying(word('sleeping', 'nobody'))).object).toBeNull();
    const twice = [left('f', 'nfs', 'a'), left('f', 'nfs', 'b')];
    expect(reason({}, saying(word('sleeping', 'f')), twice).object).toBe('nfs');
  });

  it('does not take code that stays for what it names', () => {
    const stays = { ...left('f', 'ext4', 'a'), isLeft: false };
    expect(reason({}, saying(word('sleeping', 'f')), [left('f', 'nfs'), stays]).object).toBe('nfs');
  });

  it('is its last one, and about this thread', () => {
    const log = saying(word('sleeping', 'f'), word('running'), word('sleeping', 'f', 8), {
      kind: 'signaling',
    });
    expect(reason({}, log)).toEqual({
      code: 'running',
      object: null,
      function: null,
      symbol: null,
      frame: null,
      certainty: 'certain',
    });
    expect(reason({}, saying(word('unreliable-stack')))).toMatchObject({
      code: 'unreliable-stack',
      certainty: 'certain',
    });
    expect(reason({}, saying(word('unknown')))).toMatchObject({
      code: 'waiting-to-return',
      certainty: 'likely',
    });
  });
});

describe('without a word of the kernel', () => {
  it('a patched function on the stack comes before the state', () => {
    expect(reason({ state: 'R', stack: [frame('f')] })).toMatchObject({
      code: 'sleeping-on-function',
      frame: 0,
      certainty: 'likely',
    });
  });

  it('wchan tells the innermost function, only where the stack could not be read', () => {
    expect(reason({ stack: null, wchan: 'g' })).toEqual({
      code: 'sleeping-on-function',
      object: 'nfs',
      function: 'g',
      symbol: 'g',
      frame: null,
      certainty: 'likely',
    });
    expect(reason({ stack: [], wchan: 'g' }).code).toBe('waiting-to-return');
    expect(reason({ stack: null, wchan: '0' }).code).toBe('waiting-to-return');
    // A livepatch's code is told by its module, which wchan does not name.
    expect(reason({ stack: null, wchan: 'g' }, null, [left('g', 'nfs', 'a')]).code).toBe(
      'waiting-to-return',
    );
  });

  it.each(unwindBreakers.map((start) => [start === '0x' ? '0xffffffffc0a1b2c3' : `${start}_1`]))(
    '%s on the stack makes it unreliable, whatever the thread waits for',
    (name) => {
      const stack = [frame('schedule'), { ...frame(name), offset: null, size: null }];
      for (const state of ['S', 'D'])
        expect(reason({ state, stack }).code).toBe('unreliable-stack');
      expect(reason({ state: 'T', stack }).code).toBe('stopped');
    },
  );

  it('of a kernel thread of which neither state nor stack was read nothing is said', () => {
    expect(reason({ state: null, kthread: true, stack: null }).code).toBe('unknown');
    expect(reason({ state: null, kthread: true, stack: [] }).code).toBe('unknown');
  });

  it('a symbol that only begins with 0x is no address', () => {
    expect(reason({ stack: [frame('0xdeadbeef'), frame('do_syscall_64')] }).code).toBe(
      'waiting-to-return',
    );
  });

  it.each([
    ['R', null, 'running'],
    ['D', true, 'uninterruptible'],
    ['D', null, 'uninterruptible'],
    ['S', null, 'waiting-to-return'],
    ['I', null, 'waiting-to-return'],
    ['P', true, 'kthread-not-switching'],
    ['P', false, 'unknown'],
    // Whether it sleeps or runs, it never leaves the kernel.
    [null, true, 'kthread-not-switching'],
    [null, null, 'unknown'],
  ] as const)('state %s, kernel thread %s: %s', (state, kthread, expected) => {
    expect(reason({ state, kthread })).toMatchObject({
      code: expected,
      certainty: expected === 'unknown' ? 'unknown' : 'likely',
    });
  });

  it('nothing is known of a thread that was not looked at', () => {
    expect(reason(null)).toMatchObject({ code: 'unknown', certainty: 'unknown' });
  });
});

// klp_send_signals: the signal wakes interruptible user threads, kernel threads get a wake-up, and
// threads in uninterruptible sleep nothing.
describe('what helps', () => {
  const helps = (
    why: Reason['code'],
    details: Partial<ThreadDetails> | null,
    {
      object = null,
      unused = [],
      privileged = true,
      rules = {},
    }: {
      object?: string | null;
      unused?: string[];
      privileged?: boolean | null;
      rules?: KernelRules;
    } = {},
  ) =>
    remediesFor(
      { pid: 7, tid: 7, details: details && { ...asleep, ...details } },
      { code: why, object, function: null, symbol: null, frame: null, certainty: 'likely' },
      {
        coverage: { privileged },
        unusedObjects: unused,
        livepatch: { supported: true, tainted: true, ...rules },
      },
    );

  it.each([
    ['sleeping-on-function', {}, ['wait-for-signal', 'let-it-return']],
    ['sleeping-on-function', { state: 'D' }, ['let-it-return', 'reverse']],
    ['sleeping-on-function', { state: 'R' }, ['wait', 'reverse']],
    ['sleeping-on-function', { kthread: true }, ['let-it-return', 'reverse']],
    ['sleeping-on-function', { kthread: null }, ['let-it-return', 'reverse']],
    ['sleeping-on-function', null, ['let-it-return', 'reverse']],
    ['running', {}, ['wait']],
    ['running', { kthread: null }, ['wait']],
    ['running', { kthread: true }, ['wait', 'reverse', 'ask-vendor']],
    ['unreliable-stack', {}, ['wait-for-signal', 'let-it-return']],
    ['unreliable-stack', { state: 'D' }, ['let-it-return']],
    ['unreliable-stack', { kthread: true }, ['wait', 'reverse', 'ask-vendor']],
    ['unreliable-stack', { userWorker: true }, ['wait', 'reverse', 'ask-vendor']],
    [
      'unreliable-stack',
      { stack: [frame('bpf_trampoline_1')] },
      ['stop-tracer', 'wait-for-signal', 'let-it-return'],
    ],
    [
      'unreliable-stack',
      { stack: [frame('0xffffffffc0a1b2c3')] },
      ['wait-for-signal', 'let-it-return'],
    ],
    ['stopped', {}, ['let-it-return']],
    ['uninterruptible', {}, ['let-it-return', 'reverse']],
    ['kthread-not-switching', {}, ['wait', 'reverse', 'ask-vendor']],
    ['waiting-to-return', {}, ['wait-for-signal', 'let-it-return']],
    ['unknown', {}, ['wait']],
    ['unknown', null, ['wait']],
  ] as const)('%s, %j: %j', (why, details, expected) => {
    expect(helps(why, details)).toEqual(expected);
  });

  it.each(['on-request', 'none'] as const)(
    'a signal that comes %s is not waited for',
    (signals) => {
      for (const why of ['sleeping-on-function', 'waiting-to-return', 'unreliable-stack'] as const)
        expect(helps(why, {}, { rules: { signals } })).not.toContain('wait-for-signal');
    },
  );

  it('a signal that comes on request is to be asked for', () => {
    const rules = { signals: 'on-request' } as const;
    expect(helps('waiting-to-return', {}, { rules })).toEqual(['write-signal', 'let-it-return']);
    expect(helps('waiting-to-return', { state: 'D' }, { rules })).toEqual(['let-it-return']);
    expect(helps('kthread-not-switching', { kthread: true }, { rules })).not.toContain(
      'write-signal',
    );
  });

  it('a stall is helped as those who block it are', () => {
    const blocked = (code: ReasonCode, ...remedies: RemedyCode[]) => ({
      reason: { code },
      remedies,
    });
    const [call, kernel] = [
      blocked('waiting-to-return', 'write-signal', 'let-it-return'),
      blocked('unreliable-stack', 'stop-tracer', 'wait', 'reverse', 'ask-vendor'),
    ];
    const always = ['reverse', 'ask-vendor', 'force'];
    expect(remediesOfStall([], {})).toEqual(['let-it-return', ...always]);
    expect(remediesOfStall([kernel], {})).toEqual(['stop-tracer', ...always]);
    expect(remediesOfStall([kernel, call], {})).toEqual([
      'write-signal',
      'stop-tracer',
      'let-it-return',
      ...always,
    ]);
    expect(remediesOfStall([blocked('unknown', 'wait')], { forcible: false })).toEqual([
      'let-it-return',
      'reverse',
      'ask-vendor',
    ]);
  });

  it('a kernel thread that never switches is not waited for', () => {
    expect(helps('kthread-not-switching', {}, { rules: { reliableStacks: false } })).toEqual([
      'reverse',
      'ask-vendor',
    ]);
  });

  it('a module that nobody uses can be removed, the core kernel and used ones can’t', () => {
    const isUnloadable = (object: string | null, unused: string[]) =>
      helps('sleeping-on-function', {}, { object, unused }).includes('unload-object');
    expect(isUnloadable('nfs', ['ext4', 'nfs'])).toBe(true);
    expect(isUnloadable('nfs', ['ext4'])).toBe(false);
    expect(isUnloadable('vmlinux', ['vmlinux'])).toBe(false);
    expect(isUnloadable(null, ['nfs'])).toBe(false);
  });

  it('root’s rights help where their lack kept the stack from being read', () => {
    const isAsked = (privileged: boolean | null, details: Partial<ThreadDetails> | null) =>
      helps('unknown', details, { privileged }).includes('become-privileged');
    expect(isAsked(false, { stack: null })).toBe(true);
    expect(isAsked(false, {})).toBe(false);
    expect(isAsked(false, null)).toBe(false);
    expect(isAsked(true, { stack: null })).toBe(false);
    expect(isAsked(null, { stack: null })).toBe(false);
  });
});
