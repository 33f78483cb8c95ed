/** What the guest with systemd says of itself, by systemd's own tools. */
import { writeFileSync } from 'node:fs';
import { run } from '../../main/cli/run';
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import type { Lab, UserName } from '../lab/index.js';

/** What `klpscope status TARGET --json` says; for the guest, the variables of a client have to be set. */
export async function statusOf(target = 'guest'): Promise<StatusDocument> {
  let out = '';
  const warnings: string[] = [];
  await run(['status', target, '--json'], {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => {
      out += text;
    },
    warn: (line) => warnings.push(line),
  });
  if (warnings.length > 0) throw new Error(`klpscope complained: ${warnings.join(' ')}`);
  return statusDocumentSchema.parse(JSON.parse(out));
}

/** What a command that has to succeed prints, without the last newline. */
export async function said(lab: Lab, command: string, user: UserName = 'root'): Promise<string> {
  const { code, stdout, stderr } = await lab.ssh(command, { user, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`${command}: ${code}: ${stdout} ${stderr}`);
  return stdout.replace(/\n$/, '');
}

/** Copies a file of the guest's to this machine. */
export async function fetched(lab: Lab, path: string, to: string): Promise<void> {
  writeFileSync(to, Buffer.from(await said(lab, `base64 -w 0 ${path}`), 'base64'));
}

/** The unit that a process belongs to (org.freedesktop.systemd1(5), GetUnitByPID, by systemctl(1)). */
export async function unitOf(lab: Lab, pid: number): Promise<string | undefined> {
  // Its exit status is the unit's state.
  const { stdout } = await lab.ssh(`systemctl status --lines=0 ${pid}`);
  return /^\S+ (\S+)/.exec(stdout)?.[1];
}

/** The ids of all boots that the journal has, the earliest first. */
export async function bootsOf(lab: Lab): Promise<readonly string[]> {
  const list = await said(lab, 'journalctl --list-boots --no-pager');
  return [...list.matchAll(/^ *-?\d+ ([0-9a-f]{32}) /gm)].map(([, id = '']) => id);
}
