/** Output of commands, as a sosreport keeps it. */
import { parseStack, type StackFrame } from './stack';

/** `kernel.osrelease = 5.14.0-…`: the value of one setting in the output of `sysctl -a`; null: none. */
export function settingIn(text: string, name: string): string | null {
  const line = text.split('\n').find((one) => one.startsWith(`${name} = `));
  return line === undefined ? null : line.slice(name.length + 3).trim();
}

/** Host name and release in `Linux NAME RELEASE #1 SMP …` of `uname -a`; null: that is something else. */
export function parseUname(
  text: string,
): { readonly name: string; readonly release: string } | null {
  const [, name, release] = /^Linux (\S+) (\S+) /.exec(text) ?? [];
  return name === undefined || release === undefined ? null : { name, release };
}

export interface StalledProcess {
  readonly pid: number;
  /** Null: the report names no more than the number. */
  readonly comm: string | null;
  readonly stack: readonly StackFrame[] | null;
}

/**
 * `kpatch list` while a transition runs: "Stalled processes:", then `PID COMM` each, followed by
 * `stack:` and the lines of /proc/PID/stack (kpatch/kpatch, show_stalled_processes).
 */
export function stalledIn(text: string): StalledProcess[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('Stalled processes:'));
  if (start < 0) return [];
  const found: { pid: number; comm: string; lines: string[] }[] = [];
  for (const line of lines.slice(start + 1)) {
    const [, pid, comm] = /^\s*(\d{1,10})\s+(\S.*)$/.exec(line) ?? [];
    const frame = /^\s*(\[<.*)$/.exec(line)?.[1];
    if (frame !== undefined) found.at(-1)?.lines.push(frame);
    else if (pid !== undefined && comm !== undefined) {
      found.push({ pid: Number(pid), comm: comm.trim(), lines: [] });
    } else if (/^\S.*:$/.test(line) && !line.startsWith('stack:')) break;
  }
  return found.map(({ pid, comm, lines: frames }) => ({
    pid,
    comm,
    stack: frames.length === 0 ? null : parseStack(frames.join('\n')),
  }));
}
