import { describe, expect, it } from 'vitest';
import type { CollectOptions } from '../readings/collect';
import { livepatchRoot } from '../readings/paths';
import type { FileReading, Readings } from '../readings/readings';
import { readingsOf } from '../../testing/shared/memoryTree';
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
