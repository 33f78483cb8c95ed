/**
 * What happens on the way to a host, step by step, for whoever has trouble: decisions, logins,
 * rights, requests, sizes and times. No secret is ever handed to a trace; what a host said may be.
 */
import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { capText, visible } from '../../shared/base/text';
import type { Ask, Question } from './questions';

/** Hears one step, in words for people. */
export type Trace = (step: string) => void;

export const noTrace: Trace = () => undefined;

/** Characters of one step: a host may have a part in it. */
const longestStep = 1000;

/**
 * One line for each step: seconds since this process (in the window: this reader thread) began, and the step
 * without anything that a terminal obeys.
 */
export function traceInto(write: (line: string) => void): Trace {
  return (step) => {
    const seconds = (performance.now() / 1000).toFixed(3).padStart(9);
    write(`${seconds} ${visible(capText(step, longestStep))}\n`);
  };
}

/** Into the file that KLPSCOPE_VERBOSE names, for its owner alone; nowhere where it names none. */
export function traceByEnvironment(): Trace {
  const path = process.env['KLPSCOPE_VERBOSE'] ?? '';
  if (path === '') return noTrace;
  let isWritable = true;
  return traceInto((line) => {
    if (!isWritable) return;
    try {
      appendFileSync(path, line, { mode: 0o600 });
    } catch (error) {
      isWritable = false;
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`klpscope: KLPSCOPE_VERBOSE: ${visible(why)}\n`);
    }
  });
}

/** The same, with the host's name before each step. */
export function traceOf(host: string, trace: Trace): Trace {
  return (step) => trace(`${host}: ${step}`);
}

/** Tells what is asked of a person and whether it was answered, and nothing of the answer. */
export function tracedAsk(ask: Ask, trace: Trace): Ask {
  const traced = async (question: Question) => {
    trace(
      `${ask.unattended ? 'nobody is there to be asked' : 'a person is asked'} for ${wanted(question)}`,
    );
    const answers = await ask(question);
    trace(answers === null ? 'it stays unanswered' : 'it is answered');
    return answers;
  };
  return Object.assign(traced, ask.unattended ? { unattended: ask.unattended } : {});
}

function wanted(question: Question): string {
  const again = 'again' in question && question.again ? ', again' : '';
  switch (question.kind) {
    case 'host-key':
      return `whether the host key ${question.keyType} ${question.fingerprint} of ${question.host} port ${question.port} is right (${question.verdict})`;
    case 'transport':
      return `which SSH to use for ${question.host}`;
    case 'passphrase':
      return `the passphrase of ${question.keyFile}${again}`;
    case 'password':
      return `the password of ${question.user}@${question.host}${again}`;
    case 'sudo-password':
      return `the password of ${question.user} for sudo on ${question.host}${again}`;
    case 'prompts':
      return `${question.prompts.length} answers to questions of ${question.host}`;
  }
}
