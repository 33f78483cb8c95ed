/** Who blocks by the word of `klp -v blocking`, in a supportconfig's livepatch.txt. */
import { parseStack } from './stack';
import type { StalledProcess } from './sosCommands';
import { outputOf, sectionsIn } from './supportSections';

/**
 * A line `PID COMMAND` each, and with one more `-v` their stacks below (klp(1)). What a thread's command
 * line is, stands where its name would; of a path only the last part is a name.
 */
export function blockingByKlp(text: string): StalledProcess[] {
  const sections = sectionsIn(text);
  const output =
    outputOf(sections, 'klp -v blocking') ??
    outputOf(sections, 'klp -vv blocking') ??
    outputOf(sections, 'klp blocking');
  const found: { pid: number; comm: string | null; lines: string[] }[] = [];
  for (const line of output?.text.split('\n') ?? []) {
    const frame = /^\s*(\[<.*)$/.exec(line)?.[1];
    const [, pid, command = ''] = /^\s*(\d{1,10})(?:\s+(\S.*))?$/.exec(line) ?? [];
    if (frame !== undefined) found.at(-1)?.lines.push(frame);
    else if (pid !== undefined) found.push({ pid: Number(pid), comm: nameIn(command), lines: [] });
  }
  return found.map(({ pid, comm, lines }) => ({
    pid,
    comm,
    stack: lines.length === 0 ? null : parseStack(lines.join('\n')),
  }));
}

/** `[kworker/0:1]` and `/usr/sbin/sshd -D` are names in other words. */
function nameIn(command: string): string | null {
  const kernel = /^\[([^\]]{1,64})\]$/.exec(command)?.[1];
  const [program = ''] = command.split(/\s/);
  const name = kernel ?? program.slice(program.startsWith('/') ? program.lastIndexOf('/') + 1 : 0);
  return name === '' ? null : name.slice(0, 64);
}
