/** What the emulated kernel answered, in words: for who takes over, and where a story went otherwise. */
import { capText, visible } from '../../base/text';
import type { Answer, Applied } from '../operations/apply';
import type { Operation } from '../operations/operation';

/** Words of answers, as a step of a scenario writes them. */
export const answerWords = [
  'signal-pending',
  'new',
  'existing',
  'updated',
  'null',
  'duplicate',
  'failed',
  'no-memory',
  'freed',
] as const satisfies readonly Answer['is'][];

const longestData = 60;

export function answerText(answer: Answer): string {
  switch (answer.is) {
    case 'signal-pending':
      return 'SIGKILL waits until the thread wakes; it does not end this sleep';
    case 'new':
      return `attached${dataText(answer.data)}`;
    case 'existing':
      return `there is one${dataText(answer.data)}`;
    case 'updated':
      return `replaced${dataText(answer.data)}, as the mail of 2017-07-21 discusses; no kernel does`;
    case 'null':
      return 'NULL: there is none';
    case 'duplicate':
      return 'NULL: there is one already, and the kernel warns';
    case 'failed':
      return 'NULL: the constructor failed';
    case 'no-memory':
      return 'NULL: there is no memory';
    case 'freed':
      return `${answer.count} freed`;
  }
}

function dataText(data: string): string {
  return data === '' ? '' : ` (${capText(visible(data), longestData)})`;
}

/** What a step's last operation was to bring; without either, success. */
export interface Expected {
  readonly refusedWith?: string | undefined;
  readonly answeredWith?: string | undefined;
}

/** A step whose outcome is another than the scenario says. */
export interface Surprise {
  /** From 0. */
  readonly step: number;
  /** Seconds since the story began, as the step has it. */
  readonly at: number;
  readonly operation: Operation;
  readonly expected: Expected;
  readonly outcome: Applied;
}

export function isAsExpected(outcome: Applied, { refusedWith, answeredWith }: Expected): boolean {
  if (!outcome.ok) return outcome.errno === refusedWith;
  if (refusedWith !== undefined) return false;
  return answeredWith === undefined || outcome.answer?.is === answeredWith;
}

/** `step 3 at 8 s: disable livepatch_a: the story says EBUSY, the kernel answers: done`. */
export function surpriseText({ step, at, operation, expected, outcome }: Surprise): string {
  const said = expected.refusedWith ?? expected.answeredWith ?? 'done';
  const place = `step ${step + 1} at ${at} s, ${operationText(operation)}`;
  return `${place}: the story says ${said}, the kernel answers ${outcomeText(outcome)}`;
}

function outcomeText(outcome: Applied): string {
  if (!outcome.ok) return outcome.errno;
  return outcome.answer?.is ?? 'done';
}

/** The word `do`, and on whom. */
function operationText(operation: Operation): string {
  const subject = subjectOf(operation);
  return subject === null
    ? operation.do
    : `${operation.do} ${capText(visible(String(subject)), longestData)}`;
}

function subjectOf(operation: Operation): string | number | null {
  switch (operation.do) {
    case 'load':
      return operation.livepatch.name;
    case 'load-module':
      return operation.module.name;
    case 'unload':
      return operation.module;
    case 'create-thread':
      return operation.thread.comm;
    case 'shadow':
      return operation.action.action;
    case 'add-kprobe':
    case 'remove-kprobe':
      return operation.function.name;
    default:
      if ('patch' in operation) return operation.patch;
      return 'tid' in operation ? operation.tid : null;
  }
}
