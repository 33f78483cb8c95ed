/** The time that people take, which counts for no limit. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PromptClock } from './promptClock';
import { nobody, type Ask, type Question } from '../../ssh/questions';
import { TimeLimit } from '../../ssh/ssh2/timeLimit';

const question: Question = { kind: 'password', user: 'root', host: 'db1', again: false };

describe('PromptClock', () => {
  let clock = 0;
  beforeEach(() => {
    clock = 50_000;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
  });
  afterEach(() => void vi.restoreAllMocks());

  /** Answers when it is told to. */
  function slow(time: PromptClock) {
    const answers: ((how: readonly string[] | Error) => void)[] = [];
    const ask: Ask = () =>
      new Promise((resolve, reject) =>
        answers.push((how) => (how instanceof Error ? reject(how) : resolve(how))),
      );
    return { ask: time.through(ask), answers };
  }

  it('leaves nothing of a limit where nobody was asked', () => {
    expect(new PromptClock().left(1000)).toBe(0);
  });

  it('leaves all of it while somebody is asked, and counts anew from the last answer', async () => {
    const time = new PromptClock();
    const { ask, answers } = slow(time);
    const asked = [ask(question), ask(question)];
    expect(time.left(1000)).toBe(1000);
    answers[0]?.(['a']);
    expect(await asked[0]).toEqual(['a']);
    clock += 5000;
    expect(time.left(1000)).toBe(1000);
    answers[1]?.(['b']);
    expect(await asked[1]).toEqual(['b']);
    clock += 400;
    expect(time.left(1000)).toBe(600);
    clock += 700;
    expect(time.left(1000)).toBe(0);
  });

  it('is over where asking fails', async () => {
    const time = new PromptClock();
    const { ask, answers } = slow(time);
    const asked = ask(question);
    answers[0]?.(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    clock += 1000;
    expect(time.left(1000)).toBe(0);
  });

  it('goes on saying that there is nobody', async () => {
    const time = new PromptClock();
    const ask = time.through(nobody);
    expect(ask.unattended).toBe(true);
    expect(await ask(question)).toBeNull();
    expect(slow(time).ask.unattended).toBeUndefined();
  });
});

describe('TimeLimit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is one at a time, and none once it is lifted', () => {
    const limit = new TimeLimit();
    const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
    limit.set(1000, first);
    limit.set(2000, second);
    vi.advanceTimersByTime(1999);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 0]);
    vi.advanceTimersByTime(1);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
    limit.set(1000, first);
    limit.lift();
    limit.lift();
    vi.advanceTimersByTime(10_000);
    expect(first).not.toHaveBeenCalled();
  });
});
