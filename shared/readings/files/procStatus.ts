import { statusFields } from '../reads';

/** What /proc/PID/status (or that of one thread) says; a field that it lacks is null. */
export interface ProcStatus {
  /** comm, with the kernel's escapes undone: it may hold a newline. */
  readonly name: string | null;
  /** State letter: R S D T t Z X I … */
  readonly state: string | null;
  /** The process. */
  readonly tgid: number | null;
  /** The thread. */
  readonly pid: number | null;
  readonly ppid: number | null;
  /** Real user ID. */
  readonly uid: number | null;
  /** Null before Linux 6.8, which doesn't say. */
  readonly kthread: boolean | null;
}

/**
 * Documentation/filesystems/proc.rst, table 1-2; fs/proc/array.c, `proc_pid_status`.
 *
 * The kernel writes newlines and backslashes of the name as `\n` and `\\`, so a name can't forge a
 * line. In a tree that somebody else wrote it could: a field that stands there twice is null.
 *
 * @returns null where the text has none of the fields
 */
export function parseProcStatus(text: string): ProcStatus | null {
  const fields = readFields(text);
  const status: ProcStatus = {
    name: unescapeName(fields.get('Name') ?? null),
    state: /^([A-Za-z])(?: \(.*\))?$/.exec(fields.get('State') ?? '')?.[1] ?? null,
    tgid: parseId(fields.get('Tgid')),
    pid: parseId(fields.get('Pid')),
    ppid: parseId(fields.get('PPid')),
    uid: parseId(fields.get('Uid')?.split('\t')[0]),
    kthread: parseYes(fields.get('Kthread')),
  };
  return Object.values(status).every((value) => value === null) ? null : status;
}

const wanted: ReadonlySet<string> = new Set(statusFields);

/** Values of the wanted fields; null for one that occurs more than once. */
function readFields(text: string): Map<string, string | null> {
  const fields = new Map<string, string | null>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':\t');
    const key = line.slice(0, Math.max(0, colon));
    if (wanted.has(key)) {
      fields.set(key, fields.has(key) ? null : line.slice(colon + 2));
    }
  }
  return fields;
}

function unescapeName(name: string | null): string | null {
  return name?.replace(/\\([n\\])/g, (_, code) => (code === 'n' ? '\n' : '\\')) ?? null;
}

function parseId(digits: string | null | undefined): number | null {
  if (digits === null || digits === undefined || !/^\d{1,10}$/.test(digits)) {
    return null;
  }
  return Number(digits);
}

function parseYes(text: string | null | undefined): boolean | null {
  if (text === '0' || text === '1') {
    return text === '1';
  }
  return null;
}
