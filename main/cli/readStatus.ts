/** One reading of a target, within its time. */
import { succeed, type Result } from '../../shared/base/problem';
import { statusOf } from '../../shared/report';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { type Source } from '../sources/source';
import { openSource } from '../sources/openSource';
import type { TargetArguments } from './targetOptions';

/** A demo host is read at the end of its story. */
export function readStatus(wanted: TargetArguments): Promise<Result<StatusDocument>> {
  return readAndAsk(wanted, (status) => Promise.resolve(succeed(status)));
}

/** Asks something more of the target while it is open; that, too, within the time. */
export async function readAndAsk<T>(
  wanted: TargetArguments,
  ask: (status: StatusDocument, source: Source) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { target, timeoutSeconds } = wanted;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<T>>((resolve) => {
    const message = `${target.text} could not be read within ${timeoutSeconds} s.`;
    const problem = { code: 'timeout', path: target.text, message } as const;
    timer = setTimeout(() => resolve({ ok: false, problem }), timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([read(wanted, ask), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read<T>(
  { target, options }: TargetArguments,
  ask: (status: StatusDocument, source: Source) => Promise<Result<T>>,
): Promise<Result<T>> {
  const source = openSource(target, { ...options, demo: 'end' });
  if (!source.ok) return source;
  try {
    const sample = await source.value.sample();
    return sample.ok ? await ask(statusOf(sample.value), source.value) : sample;
  } finally {
    source.value.close();
  }
}
