import { describe, expect, it } from 'vitest';
import { livepatch, thread } from '../../testing/shared/memoryTree';
import { entriesOf, gzippedArchive } from '../../testing/main/archives';
import { klpscope } from '../../testing/main/cli';
import { hostFolder } from '../../testing/main/folders';
import { statusFrom } from '../../testing/main/status';

const moving = livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' });

/** Threads 1 to `total` of one process; every one whose number is a multiple of `step` blocks. */
function threads(total: number, step: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let tid = 1; tid <= total; tid += 1) {
    const task = `/proc/1/task/${tid}`;
    files[`${task}/patch_state`] = tid % step === 0 ? '0\n' : '1\n';
    files[`${task}/comm`] = `worker-${tid}\n`;
  }
  return files;
}

describe('20,000 threads in transition', () => {
  it('are all counted; every blocking one is listed, the first 200 with their details', async () => {
    const archive = await gzippedArchive(entriesOf({ ...moving, ...threads(20_000, 4) }));
    const { transition, blockers } = await statusFrom(archive);
    expect(transition?.threads).toEqual({
      total: 20_000,
      done: 15_000,
      blocking: 5000,
      undefined: 0,
    });
    expect(blockers.map(({ tid }) => tid)).toEqual(
      Array.from({ length: 5000 }, (_, index) => (index + 1) * 4),
    );
    expect(blockers.slice(0, 200).map(({ comm }) => comm)).toEqual(
      Array.from({ length: 200 }, (_, index) => `worker-${(index + 1) * 4}`),
    );
    expect(new Set(blockers.slice(200).map(({ comm }) => comm))).toEqual(new Set([null]));
    const { status, stdout } = await klpscope(['status', archive]);
    expect(status).toBe(1);
    expect(stdout).toContain('5,000 of 20,000 threads have not switched');
    expect(stdout.split('\n').length).toBeLessThan(200);
  });
});

describe('threads on disk', () => {
  it('are found in every process, in the order of their numbers', async () => {
    const pids = [9, 10, 101, 1, 2000];
    const host = hostFolder({
      ...moving,
      ...Object.assign({}, ...pids.map((pid) => thread(pid, { comm: `p${pid}` }))),
      '/proc/9/task/1500/patch_state': '0\n',
      '/proc/9/task/11/patch_state': '1\n',
    });
    const { blockers, transition } = await statusFrom(`dir:${host}`);
    expect(blockers.map(({ pid, tid }) => [pid, tid])).toEqual([
      [1, 1],
      [9, 9],
      [9, 1500],
      [10, 10],
      [101, 101],
      [2000, 2000],
    ]);
    expect(transition?.threads).toMatchObject({ total: 7, done: 1, blocking: 6 });
  });

  it('that ended while the tree was saved are counted as gone, and are no problem', async () => {
    const host = hostFolder({ ...moving, ...thread(1, { state: '1' }), '/proc/2/task/2/': '' });
    const { coverage, problems } = await statusFrom(`dir:${host}`);
    expect(coverage).toMatchObject({ threadsRead: 1, threadsVanished: 1 });
    expect(problems).toEqual([]);
  });
});

describe('local', () => {
  it('reads this machine, whatever it is', async () => {
    const status = await statusFrom('local');
    expect(status.source).toBe('local');
    expect(Date.parse(status.takenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(status.coverage.privileged).toBe(process.geteuid?.() === 0);
    expect(status.host.kernel).not.toBeNull();
  });
});
