/**
 * A guest of the lab with one SSH connection whose processes have a control group of their own: what
 * a program costs there is what the guest's kernel says of that group. The guest counts instructions
 * for time, so that it says the same in every run.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import type { Lab } from '../../e2e/lab/index.js';
import type { Guest } from '../../e2e/lab/guest.js';
import { firstRequest } from '../../main/probe/liveHost';
import { ProbeSession, type Answer } from '../../main/probe/wire/session';
import { programText, startCommand } from '../../main/probe/program/start';
import { openChannel } from '../../main/ssh/ssh2/ssh2Channel';
import type { Channel } from '../../main/ssh/transport';
import type { Problem, Result } from '../../shared/base/problem';
import { must } from './must';

/** Milliseconds of the guest's processor: of the programs, and of the server that carries their words. */
export interface Cost {
  readonly programs: number;
  readonly server: number;
}

const group = '/sys/fs/cgroup/bench';

/** An open connection, before anything runs over it. */
export class ProbedGuest {
  /** Times that something was sent to which an answer has to come before anything else can be. */
  roundTrips = 0;

  private constructor(
    private readonly control: Guest,
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly server: number,
    private readonly closed: Promise<Problem>,
  ) {}

  static async connect(lab: Lab, control: Guest): Promise<ProbedGuest> {
    const socket = connect(lab.port, lab.host);
    const client = new ssh2.Client();
    const closed = new Promise<Problem>((resolve) => {
      const message = 'The connection to the guest was closed.';
      client.on('close', () => resolve({ code: 'connection-lost', path: null, message }));
    });
    await new Promise<void>((resolve, reject) => {
      client.on('ready', resolve);
      client.on('error', reject);
      client.connect({
        sock: socket,
        username: 'root',
        privateKey: readFileSync(lab.keyFile),
        readyTimeout: 60_000,
      });
    });
    const server = Number(await output(client, 'echo $PPID'));
    await control.run(`mkdir -p ${group} && echo ${server} >${group}/cgroup.procs`);
    return new ProbedGuest(control, client, socket, server, closed);
  }

  /** Bytes of the connection so far, as the network sees them. */
  get received(): number {
    return this.socket.bytesRead;
  }

  /** A probe that has been started, as it is for root, and not asked for anything yet but its first answer. */
  async probe(): Promise<{ session: ProbeSession; first: Promise<Result<Answer>> }> {
    const nonce = randomBytes(8).toString('hex');
    const line = startCommand(programText(nonce, firstRequest));
    const channel = must(await openChannel(this.client, line, this.closed, 'the guest'));
    // The session was opened, then the program started.
    this.roundTrips += 2;
    const counted = { ...channel, stdin: this.counted(channel) };
    return must(await ProbeSession.open(counted, nonce, firstRequest));
  }

  /** A piece of work that goes over the connection, and what the guest spends on it. */
  async measured<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }> {
    const before = await this.spent();
    const result = await work();
    const after = await this.spent();
    const server = after.server - before.server;
    return { result, cost: { programs: after.all - before.all - server, server } };
  }

  close(): void {
    this.client.destroy();
  }

  /** The input of a program that answers each line. */
  private counted({ stdin }: Channel): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.roundTrips += 1;
        stdin.write(chunk, done);
      },
    });
  }

  private async spent(): Promise<{ all: number; server: number }> {
    const words = await this.control.run(
      `sed -n 's/^usage_usec //p' ${group}/cpu.stat; cat /proc/${this.server}/schedstat`,
    );
    const [all = '', server = ''] = words.split(/\s+/);
    return { all: Number(all) / 1e3, server: Number(server) / 1e6 };
  }
}

/** What the guest spends on a shell text, which it runs by itself: no connection carries its words. */
export async function costInGuest(control: Guest, shell: string, text: string): Promise<number> {
  const own = `${group}-alone`;
  const words = await control.run(
    [
      `mkdir -p ${own}`,
      `before=$(sed -n 's/^usage_usec //p' ${own}/cpu.stat)`,
      `${shell} -c 'echo $$ >${own}/cgroup.procs; exec "$@"' ${shell} ${shell} -c "$(cat <<'END'\n${text}\nEND\n)"`,
      `echo $(($(sed -n 's/^usage_usec //p' ${own}/cpu.stat) - before))`,
    ].join('\n'),
  );
  return Number(words.split('\n').at(-1)) / 1e3;
}

function output(client: Client, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('close', () => resolve(text.trim()));
    });
  });
}
