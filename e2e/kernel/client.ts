/** The product as a person starts it, with an ssh_config in which the guest has a name for each login. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepOrRemove, keepOutput } from '../../testing/main/kept';
import { root } from '../../scripts/lib/paths';
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import type { Lab } from '../lab/index';

/** What `klpscope status --json` answered. */
export interface Answer {
  readonly document: StatusDocument;
  readonly exitStatus: number | null;
}

export interface Client {
  /** Holds the ssh_config and the settings. */
  readonly folder: string;
  /** The variables that name them. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts the command line that was built. */
  start(args: readonly string[]): ChildProcess;
  /** `klpscope status --json`; fails where it complains. `host` is the login: root is `guest`. */
  status(host?: 'guest' | 'admin' | 'viewer', ...options: readonly string[]): Promise<Answer>;
  remove(): void;
}

const program = join(root, 'out/cli/klpscope.cjs');

export function clientOf(lab: Lab): Client {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-kernel-'));
  const config = join(folder, 'ssh_config');
  const host = (name: string, user: string): string => {
    const options = [
      `HostName ${lab.host}`,
      `Port ${lab.port}`,
      `User ${user}`,
      `IdentityFile ${lab.keyFile}`,
      'IdentityAgent none',
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${lab.knownHostsFile}`,
      'GlobalKnownHostsFile /dev/null',
    ];
    return `Host ${name}\n  ${options.join('\n  ')}\n`;
  };
  const hosts = [host('guest', 'root'), host('admin', 'admin'), host('viewer', 'viewer')];
  writeFileSync(config, hosts.join(''));
  const env = { KLPSCOPE_SSH_CONFIG: config, XDG_CONFIG_HOME: join(folder, 'config') };
  const start = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    folder,
    env,
    start,
    async status(host = 'guest', ...options) {
      const { exitStatus, out, err } = await endOf(start(['status', host, '--json', ...options]));
      if (err !== '') throw new Error(`klpscope status ${host} complained: ${err}`);
      return { document: statusDocumentSchema.parse(JSON.parse(out)), exitStatus };
    },
    remove: () => keepOrRemove(folder),
  };
}

function endOf(
  child: ChildProcess,
): Promise<{ readonly exitStatus: number | null; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitStatus) => {
      keepOutput(`${out}\n${err}\n`);
      resolve({ exitStatus, out, err });
    });
  });
}
