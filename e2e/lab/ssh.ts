/** OpenSSH's client, as the lab uses it to reach a guest. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';

import { finish, type Finished } from './process.js';

/** How to reach one guest. */
export interface Reach {
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
}

/** The arguments of `ssh` for a guest, without a command. They leave the user's own settings alone. */
export function sshArguments(reach: Reach, user: string): readonly string[] {
  const options = {
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityFile: reach.keyFile,
    IdentityAgent: 'none',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: reach.knownHostsFile,
    GlobalKnownHostsFile: '/dev/null',
    ConnectTimeout: '60',
    // A guest that has hung is gone after two minutes; a busy machine's only takes its time.
    ServerAliveInterval: '20',
    ServerAliveCountMax: '6',
    LogLevel: 'ERROR',
  };
  return [
    '-F',
    'none',
    '-p',
    String(reach.port),
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `${user}@127.0.0.1`,
  ];
}

/** Runs one command over a connection of its own. */
export function sshRun(
  reach: Reach,
  user: string,
  command: string,
  options: {
    readonly input?: string | Buffer | undefined;
    readonly timeoutMs?: number | undefined;
  },
): Promise<Finished> {
  return finish('ssh', [...sshArguments(reach, user), '--', command], {
    timeoutMs: 120_000,
    ...options,
  });
}

/**
 * Whether an SSH server greets on this port. QEMU accepts connections for a guest that doesn't listen
 * yet, and such a connection may hang: so a short time limit, and only the greeting counts.
 */
export function greets(port: number, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(limitMs, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('data', (chunk: Buffer) => end(chunk.toString('latin1').startsWith('SSH-')));
  });
}

/**
 * One shell of root's in the guest, over one connection: a command costs a few hundredths of a second
 * instead of the half second that a login takes under emulation.
 */
export class Session {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly mark = `:${randomBytes(8).toString('hex')}:`;
  private received = '';
  private errors = '';
  private wake: () => void = () => undefined;
  private ended = false;

  constructor(reach: Reach) {
    this.child = spawn('ssh', [...sshArguments(reach, 'root'), '--', 'exec dash'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.received += text;
      this.wake();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.child.stdin.on('error', () => undefined);
    this.child.on('error', () => this.end());
    this.child.on('close', () => this.end());
  }

  /** Runs shell text that has to succeed and returns what it printed, without the last newline. */
  async run(command: string): Promise<string> {
    this.received = '';
    this.errors = '';
    // The command's own end is marked by a line that no output of it can hold by chance.
    this.child.stdin.write(`{ ${command}\n} </dev/null 2>&1; echo "${this.mark}$?"\n`);
    const end = new RegExp(`${this.mark}(\\d+)\\n$`);
    for (;;) {
      const match = end.exec(this.received);
      if (match !== null) {
        const printed = this.received.slice(0, match.index).replace(/\n$/, '');
        if (match[1] !== '0') {
          const said = printed.split('\n').slice(-2).join(' | ') || `status ${match[1]}`;
          throw new Error(`in the guest: ${command.trim()}: ${said}`);
        }
        return printed;
      }
      if (this.ended) {
        throw new Error(`the connection to the guest ended: ${this.errors.trim() || 'no reason'}`);
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Ends the shell and waits until its connection is gone. */
  async close(): Promise<void> {
    if (!this.ended) {
      const closed = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
      this.child.stdin.end();
      await closed;
    }
  }

  private end(): void {
    this.ended = true;
    this.wake();
  }
}
