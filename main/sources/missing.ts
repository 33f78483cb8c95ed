/** What a failed system call says about a file. */
import type { Problem } from '../../shared/base/problem';
import type { Missing } from '../../shared/readings/readings';

const missingByCode: ReadonlyMap<string, Missing> = new Map([
  ['ENOENT', 'absent'],
  ['ENOTDIR', 'absent'],
  ['ESRCH', 'vanished'],
  ['ENODEV', 'vanished'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['ELOOP', 'link'],
]);

/** @param error what Node threw; an error without a known code is `unreadable`, with the code */
export function missingBecause(error: unknown): { missing: Missing; detail?: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const missing = missingByCode.get(code);
  return missing === undefined ? { missing: 'unreadable', detail: code } : { missing };
}

/** The same as a problem of the file that was to be opened. */
export function unreadable(error: unknown, name: string): Problem {
  const { missing, detail } = missingBecause(error);
  const code = missing === 'denied' ? 'permission-denied' : 'not-found';
  return { code, path: name, message: `${name} could not be read (${detail ?? missing}).` };
}
