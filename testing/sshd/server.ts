/**
 * Debian's own sshd on loopback, with a configuration per story and accounts of its own.
 *
 * It runs in a mount namespace in which /etc/passwd and its like are this server's, so that nothing
 * of the machine changes. That takes root; where it can't be had, `cannotServe` says why.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cannotFabricate } from './fabricatedRoot';
import { keepOrRemove } from '../main/kept';
import { newSecret, withAskpass } from './secrets';

export interface Account {
  readonly name: string;
  /** 0 for root. */
  readonly uid: number;
  readonly shell: string;
  /** Lines of sudoers. */
  readonly sudo?: string;
}

/** The accounts of every server. */
export const accounts = [
  { name: 'root', uid: 0, shell: '/bin/bash' },
  { name: 'admin', uid: 2001, shell: '/bin/bash', sudo: 'admin ALL=(ALL) NOPASSWD: ALL' },
  { name: 'operator', uid: 2002, shell: '/bin/sh', sudo: 'operator ALL=(ALL) ALL' },
  { name: 'viewer', uid: 2003, shell: '/bin/bash' },
  {
    name: 'ttyonly',
    uid: 2004,
    shell: '/bin/bash',
    sudo: 'Defaults:ttyonly requiretty\nttyonly ALL=(ALL) NOPASSWD: ALL',
  },
  { name: 'fishuser', uid: 2005, shell: '/usr/bin/fish' },
  { name: 'cshuser', uid: 2006, shell: '/bin/tcsh' },
  { name: 'restricted', uid: 2007, shell: '/bin/rbash' },
  { name: 'nologin', uid: 2008, shell: '/usr/sbin/nologin' },
] as const satisfies readonly Account[];

export interface ServerOptions {
  /** Lines of sshd_config that come first, and so win. */
  readonly config?: readonly string[];
  /** Type of the host key; ed25519 by default. */
  readonly hostKey?: 'ed25519' | 'ecdsa' | 'rsa';
  /** On loopback; a free one by default. */
  readonly port?: number;
  /** Addresses to listen on; 127.0.0.1 by default. */
  readonly addresses?: readonly string[];
  /** What to put before the server so that it runs elsewhere, such as in another network. */
  readonly inside?: readonly string[];
  /** Commands of root's before the server starts, such as mounts. */
  readonly prepare?: readonly string[];
  /** What the shells of accounts print before anything else. */
  readonly shellNoise?: string;
}

export interface SshServer {
  readonly port: number;
  readonly folder: string;
  /** Of every account. */
  readonly password: string;
  /** Private keys that every account takes; `encrypted` has `passphrase`. */
  readonly keys: Readonly<Record<'ed25519' | 'ecdsa' | 'rsa' | 'encrypted', string>>;
  readonly passphrase: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  readonly knownHostsFile: string;
  /** A command of this machine's run by an account, where the accounts are known; no login. */
  asUser(name: (typeof accounts)[number]['name'], command: readonly string[]): string[];
  /** What the server said so far. */
  log(): string;
  /** Sends a signal to the server and to all of its sessions. */
  signal(name: NodeJS.Signals): void;
  /** Starts again what was killed: same port, same host key. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Why no server can be started here; undefined: it can. */
export function cannotServe(): string | undefined {
  try {
    execFileSync('test', ['-x', '/usr/sbin/sshd']);
  } catch {
    return 'openssh-server is not installed';
  }
  return cannotFabricate();
}

const sshd = '/usr/sbin/sshd';

export async function startSshd(options: ServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-sshd-'));
  chmodSync(folder, 0o755);
  const password = newSecret('password');
  const passphrase = newSecret('passphrase');
  const type = options.hostKey ?? 'ed25519';
  makeKey(join(folder, 'host'), type, '');
  const keys = {
    ed25519: makeKey(join(folder, 'key-ed25519'), 'ed25519', ''),
    ecdsa: makeKey(join(folder, 'key-ecdsa'), 'ecdsa', ''),
    rsa: makeKey(join(folder, 'key-rsa'), 'rsa', ''),
    encrypted: makeKey(join(folder, 'key-encrypted'), 'ed25519', passphrase),
  };
  writeAccounts(folder, password, Object.values(keys), options.shellNoise ?? '');
  const addresses = options.addresses ?? ['127.0.0.1'];
  const output: string[] = [];
  const configure = (port: number): void => {
    const lines = config(folder, port, addresses, options.config ?? []);
    writeFileSync(join(folder, 'sshd_config'), lines);
  };
  /** @returns null: somebody else has its port */
  const run = async (): Promise<ChildProcess | null> => {
    const started = start(folder, options.inside ?? [], options.prepare ?? []);
    const said: string[] = [];
    started.stderr?.on('data', (chunk: Buffer) => {
      said.push(chunk.toString());
      output.push(chunk.toString());
    });
    const isListening = await listening(started, addresses.length, () => said.join(''));
    return isListening ? started : null;
  };
  /** The one that had the port before may still be about to end. */
  const runOnceFree = async (): Promise<ChildProcess> => {
    for (;;) {
      const started = await run();
      if (started) return started;
      await pause(20);
    }
  };
  let port = options.port ?? (await unclaimedPort());
  configure(port);
  let first = options.port === undefined ? await run() : await runOnceFree();
  while (!first) {
    port = await unclaimedPort();
    configure(port);
    first = await run();
  }
  let child: ChildProcess = first;
  const hostKey = readFileSync(join(folder, 'host.pub'), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ')
    .trim();
  const knownHostsFile = join(folder, 'known_hosts');
  const known = addresses.map((address) => `[${address}]:${port} ${hostKey}\n`);
  writeFileSync(knownHostsFile, known.join(''));
  return {
    port,
    folder,
    password,
    keys,
    passphrase,
    hostKey,
    knownHostsFile,
    asUser: (name, command) => [...inNamespaceOf(child), ...asAccount(folder, name), ...command],
    log: () => output.join(''),
    signal: (name) => signalTree(child, name),
    async restart() {
      child = await runOnceFree();
    },
    async stop() {
      signalTree(child, 'SIGCONT');
      signalTree(child, 'SIGKILL');
      const isRunning = child.exitCode === null && child.signalCode === null;
      if (isRunning) await new Promise((resolve) => child.once('exit', resolve));
      if (existsSync(folder)) writeFileSync(join(folder, 'log'), output.join(''));
      keepOrRemove(folder);
    },
  };
}

function inNamespaceOf({ pid = 0 }: ChildProcess): string[] {
  return ['nsenter', '--mount', '--target', String(pid)];
}

function asAccount(folder: string, name: string): string[] {
  const uid = accounts.find((account) => account.name === name)?.uid ?? 65_534;
  const ids = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const environment = [`HOME=${join(folder, 'home', name)}`, `USER=${name}`, `LOGNAME=${name}`];
  return ['setpriv', ...ids, '--', 'env', '--chdir=/', ...environment];
}

function makeKey(path: string, type: string, passphrase: string): string {
  withAskpass(passphrase, (env) => {
    // As an argument everybody could read it.
    const empty = passphrase === '' ? ['-N', ''] : [];
    execFileSync('ssh-keygen', ['-q', '-t', type, ...empty, '-C', '', '-f', path], { env });
  });
  return path;
}

function writeAccounts(
  folder: string,
  password: string,
  keys: readonly string[],
  noise: string,
): void {
  const hash = execFileSync('perl', ['-e', 'print crypt(<STDIN>, q($6$klpscope$))'], {
    input: password,
  }).toString();
  const authorized = keys.map((key) => readFileSync(`${key}.pub`, 'utf8')).join('');
  const passwd = [
    'sshd:x:105:65534::/run/sshd:/usr/sbin/nologin',
    'nobody:x:65534:65534::/:/usr/sbin/nologin',
  ];
  const shadow = ['sshd:*:19000:0:99999:7:::', 'nobody:*:19000:0:99999:7:::'];
  for (const { name, uid, shell } of accounts) {
    const home = join(folder, 'home', name);
    mkdirSync(join(home, '.ssh'), { recursive: true });
    writeFileSync(join(home, '.ssh', 'authorized_keys'), authorized);
    for (const file of ['.bashrc', '.cshrc']) writeFileSync(join(home, file), noise);
    mkdirSync(join(home, '.config/fish'), { recursive: true });
    writeFileSync(join(home, '.config/fish/config.fish'), noise);
    execFileSync('chown', ['-R', `${uid}:${uid}`, home]);
    passwd.push(`${name}:x:${uid}:${uid}::${home}:${shell}`);
    shadow.push(`${name}:${hash}:19000:0:99999:7:::`);
  }
  const groups = accounts.map(({ name, uid }) => `${name}:x:${uid}:`);
  const sudoers = accounts.flatMap((account) => ('sudo' in account ? [account.sudo] : []));
  const pam = [
    'auth required pam_unix.so',
    'account required pam_permit.so',
    'session required pam_permit.so',
  ];
  const files = {
    passwd,
    shadow,
    group: [...groups, 'nogroup:x:65534:'],
    sudoers: [
      'Defaults env_reset, use_pty, !fqdn',
      'Defaults lecture=never',
      'root ALL=(ALL) ALL',
      ...sudoers,
    ],
    pam,
  };
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  }
  chownSync(join(folder, 'sudoers'), 0, 0);
  chmodSync(join(folder, 'sudoers'), 0o440);
  chmodSync(join(folder, 'shadow'), 0o600);
}

function config(
  folder: string,
  port: number,
  addresses: readonly string[],
  first: readonly string[],
): string {
  return [
    ...first,
    `Port ${port}`,
    ...addresses.map((address) => `ListenAddress ${address}`),
    `HostKey ${join(folder, 'host')}`,
    'PidFile none',
    'UsePAM yes',
    'PermitRootLogin yes',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'AuthorizedKeysFile .ssh/authorized_keys',
    'StrictModes no',
    'PrintMotd no',
    'MaxStartups 200',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

function start(
  folder: string,
  inside: readonly string[],
  prepare: readonly string[],
): ChildProcess {
  const own = {
    '/etc/passwd': 'passwd',
    '/etc/shadow': 'shadow',
    '/etc/group': 'group',
    '/etc/sudoers': 'sudoers',
    '/etc/pam.d/sshd': 'pam',
    '/etc/pam.d/sudo': 'pam',
  };
  const steps = [
    'mount -t tmpfs none /run',
    'mkdir /run/sshd',
    ...Object.entries(own).map(([path, name]) => `mount --bind '${join(folder, name)}' ${path}`),
    ...prepare,
    `exec ${sshd} -D -e -f '${join(folder, 'sshd_config')}'`,
  ];
  const [program, ...args] = [...inside, 'unshare', '-m', 'sh', '-c', steps.join(' && ')];
  return spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
}

/** The server and its sessions, each of which leads a session of its own. */
function signalTree(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  for (const pid of [...descendants(child.pid), child.pid]) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended in the meantime.
    }
  }
}

function descendants(pid: number): number[] {
  let children = '';
  try {
    children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)]).toString();
  } catch {
    return [];
  }
  return children
    .split('\n')
    .map(Number)
    .filter(Boolean)
    .flatMap((child) => [...descendants(child), child]);
}

/**
 * Waits until a server listens. That somebody greets on its port would not do: it may be another's.
 *
 * @returns false: somebody else has the port
 */
async function listening(
  child: ChildProcess,
  addresses: number,
  said: () => string,
): Promise<boolean> {
  for (;;) {
    // One of several addresses may not exist here.
    const tried = said().match(/^(?:Server listening on |error: Bind to port )/gm) ?? [];
    if (tried.length >= addresses && tried.some((line) => line.startsWith('Server'))) return true;
    if (child.exitCode !== null || child.signalCode !== null) {
      if (said().includes('Address already in use')) return false;
      throw new Error(`sshd ended: ${said()}`);
    }
    await pause(20);
  }
}

/**
 * A port that nobody listens on, below those that the system gives to whoever asks for any
 * (ip(7), ip_local_port_range): it stays free while a server is away, and comes back to it.
 */
export async function unclaimedPort(): Promise<number> {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const end = Math.max(Number.parseInt(range, 10), firstPort + 1000);
  for (;;) {
    const port = randomInt(firstPort, end);
    if (await isFree(port)) return port;
  }
}

const firstPort = 15_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
