/** One reading of a target, within its time. */
import type { Result } from '../../shared/readings/problem';
import { statusOf } from '../../shared/report/status';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { openSource } from '../sources/source';
import type { TargetArguments } from './targetOptions';

/** A demo host is read at the end of its story. */
export async function readStatus(wanted: TargetArguments): Promise<Result<StatusDocument>> {
  const { target, timeoutSeconds } = wanted;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<StatusDocument>>((resolve) => {
    const message = `${target.text} could not be read within ${timeoutSeconds} s.`;
    const problem = { code: 'timeout', path: target.text, message } as const;
    timer = setTimeout(() => resolve({ ok: false, problem }), timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([read(wanted), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read({ target, options }: TargetArguments): Promise<Result<StatusDocument>> {
  const source = openSource(target, { ...options, demo: 'end' });
  if (!source.ok) return source;
  try {
    const sample = await source.value.sample();
    return sample.ok ? { ok: true, value: statusOf(sample.value) } : sample;
  } finally {
    source.value.close();
  }
}
