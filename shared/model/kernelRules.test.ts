import { describe, expect, it } from 'vitest';
import type { CollectOptions } from '../readings/collect';
import { livepatchRoot } from '../readings/paths';
import type { FileReading, Readings } from '../readings/readings';
import { dmesg, readingsOf } from '../../testing/shared/memoryTree';
import { buildState } from './buildState';

const root = `${livepatchRoot}/a`;
const basic = { [`${root}/enabled`]: '1\n', [`${root}/transition`]: '0\n', [`${root}/v/f,1/`]: '' };
const live: Partial<CollectOptions> = { live: true, source: 'local' };

const rulesOf = (readings: Readings) => {
  const { strictStack, forcible } = buildState(readings).livepatch;
  return { strictStack, forcible };
};
const unknown = { strictStack: undefined, forcible: undefined };

function having(file: string, options = live): Readings {
  return readingsOf({ ...basic, [`${root}/${file}`]: '1\n' }, options);
}

function withReading(readings: Readings, file: string, reading: FileReading): Readings {
  return { ...readings, files: new Map([...readings.files, [`${root}/${file}`, reading]]) };
}

/** Documentation/ABI/testing/sysfs-kernel-livepatch, as it was in 4.12, 4.15, 5.1, 6.1, 6.11 and 6.14. */
describe('the rules of the kernel', () => {
  it('are those of before 5.1 with the file signal, also in a saved tree', () => {
    const strict = { strictStack: true, forcible: undefined };
    expect(rulesOf(having('signal'))).toEqual(strict);
    expect(rulesOf(having('signal', {}))).toEqual(strict);
  });

  it('are those of before 4.15 without the file force, where every file was seen', () => {
    expect(rulesOf(readingsOf(basic, live))).toEqual({ strictStack: true, forcible: false });
    expect(rulesOf(readingsOf(basic))).toEqual(unknown);
    expect(rulesOf({ ...readingsOf(basic, live), torn: true })).toEqual(unknown);
  });

  it.each(['replace', 'stack_order', 'replace_set', 'v/patched'])(
    'are those of before no more with %s',
    (file) => {
      expect(rulesOf(having(file, {}))).toEqual(unknown);
    },
  );

  it('are not told by force alone, nor without a livepatch', () => {
    expect(rulesOf(having('force'))).toEqual(unknown);
    expect(rulesOf(readingsOf({ [`${livepatchRoot}/`]: '' }, live))).toEqual(unknown);
  });

  it('are not told by a stack_order that did not answer: it may not exist', () => {
    const silent = withReading(having('signal'), 'stack_order', { missing: 'timed-out' });
    expect(rulesOf(silent)).toEqual({ strictStack: true, forcible: undefined });
  });

  it('with the strict stack, no livepatch replaces others', () => {
    expect(buildState(having('signal')).patches[0]?.replace).toBe(false);
    expect(buildState(having('force')).patches[0]?.replace).toBeNull();
  });
});

/** kernel/livepatch/core.c and fs/proc/base.c of 4.4 to 4.11: neither `transition` nor `patch_state`. */
describe('before there were transitions', () => {
  const early = { [`${root}/enabled`]: '1\n', [`${root}/v/f,1/`]: '' };
  const transitionsOf = (readings: Readings) => buildState(readings).livepatch.transitions;

  it('livepatches switched at once, in a strict stack, and nobody was signalled', () => {
    const { livepatch, patches, transitionState } = buildState(readingsOf(early, live));
    expect(livepatch).toMatchObject({
      transitions: false,
      strictStack: true,
      forcible: false,
      signals: 'none',
    });
    expect(patches[0]).toMatchObject({ enabled: true, inTransition: false });
    expect(transitionState).toBe('none');
  });

  it.each([
    ['a livepatch has the file transition', { [`${livepatchRoot}/b/transition`]: '0\n' }],
    ['a livepatch was vanishing', { [`${livepatchRoot}/b/v/g,1/`]: '' }],
  ])('is not told where %s', (_, more) => {
    expect(transitionsOf(readingsOf({ ...early, ...more }, live))).toBeUndefined();
  });

  it('is not told where a file was denied, threads have states, or the livepatches changed', () => {
    expect(transitionsOf({ ...readingsOf(early, live), torn: true })).toBeUndefined();
    const denied = withReading(readingsOf(early, live), 'transition', { missing: 'denied' });
    expect(transitionsOf(denied)).toBeUndefined();
    const threads = {
      pids: [],
      tids: [],
      states: [],
      denied: 1,
      vanished: 0,
      absent: 0,
      invalid: [],
    };
    expect(transitionsOf({ ...readingsOf(early, live), threads })).toBeUndefined();
    expect(transitionsOf(readingsOf({ [`${livepatchRoot}/`]: '' }, live))).toBeUndefined();
  });

  it.each(['force', 'signal', 'replace', 'stack_order'])(
    'a saved tree that has %s only lacks the file',
    (name) => {
      const files = { ...early, [`${livepatchRoot}/a/${name}`]: '1\n' };
      expect(transitionsOf(readingsOf(files, { live: false }))).toBeUndefined();
    },
  );

  it('nor one whose objects tell whether they are patched', () => {
    const files = { ...early, [`${livepatchRoot}/a/vmlinux/patched`]: '1\n' };
    expect(transitionsOf(readingsOf(files, { live: false }))).toBeUndefined();
  });
});

describe('what the kernel can do', () => {
  it('is nothing that a livepatch tells which was vanishing while it was read', () => {
    const { [`${root}/enabled`]: gone, ...rest } = basic;
    expect(gone).toBeDefined();
    expect(rulesOf(readingsOf(rest, live))).toEqual(unknown);
  });

  // kernel/livepatch/transition.c: by itself from 5.1 on, on request from 4.15, and before never.
  it('is to signal by itself, on request, or not', () => {
    const signalsOf = (readings: Readings) => buildState(readings).livepatch.signals;
    expect(signalsOf(having('signal'))).toBe('on-request');
    expect(signalsOf(having('force'))).toBeUndefined();
    expect(signalsOf(having('replace'))).toBeUndefined();
    expect(signalsOf(readingsOf(basic, live))).toBe('none');
    // A vendor's kernel may have files of later ones and still have signal.
    const both = { ...basic, [`${root}/signal`]: '1\n', [`${root}/replace`]: '0\n' };
    expect(buildState(readingsOf(both, live)).livepatch).toMatchObject({ signals: 'on-request' });
    expect(rulesOf(readingsOf(both, live))).toEqual(unknown);
  });

  it('is no reliable stack where it says so itself, else not told', () => {
    const reliable = (line: string) =>
      buildState(readingsOf({ ...basic, ...dmesg(line) }, live)).livepatch.reliableStacks;
    const word = "This architecture doesn't have support for the livepatch consistency model.";
    expect(reliable(`[    9.000000] livepatch: ${word}`)).toBe(false);
    expect(reliable('[    9.000000] livepatch: signaling remaining tasks')).toBeUndefined();
  });
});

describe('the set of a livepatch', () => {
  it('is there with the file only, and null where that can’t be read', () => {
    const [patch] = buildState(
      readingsOf({ ...basic, [`${root}/replace_set`]: '7\n' }, live),
    ).patches;
    expect(patch).toMatchObject({ replaceSet: 7, replace: true });
    const denied = withReading(having('replace_set'), 'replace_set', { missing: 'denied' });
    expect(buildState(denied).patches[0]).toMatchObject({ replaceSet: null, replace: null });
    expect(buildState(readingsOf(basic, live)).patches[0]).not.toHaveProperty('replaceSet');
  });
});
