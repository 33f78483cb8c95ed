/** A host that is this machine: programs run here, and what root's rights take is the test's to say. */
import { startChild } from '../../main/ssh/childChannel';
import type { Channel, Command, Transport } from '../../main/ssh/transport';
import { fail, succeed, type Problem, type Result } from '../../shared/base/problem';

export interface PlayedTransport extends Transport {
  /** What was started, in its order. */
  readonly commands: readonly Command[];
  /** What is open of that. */
  running(): number;
  readonly isClosed: boolean;
}

export interface PlayedHost {
  /** A script in the place of sudo; with it, or as the login, the shell that follows is this one's. */
  readonly sudo?: string;
  readonly pkexec?: string;
  /** A script in the place of every shell without root's rights. */
  readonly shell?: string;
  /** Nothing is started at all. */
  readonly refuses?: Problem;
  readonly neededHuman?: boolean;
}

/** Lets whoever asks have a shell at once. */
export const opensAtOnce = 'for last; do :; done; exec sh -c "$last"';

export function playTransport(host: PlayedHost = {}): PlayedTransport {
  const commands: Command[] = [];
  const open = new Set<Channel>();
  let tellClosed: (problem: Problem) => void = () => undefined;
  const closed = new Promise<Problem>((resolve) => {
    tellClosed = resolve;
  });
  const transport = {
    isClosed: false,
    commands,
    running: () => open.size,
    closed,
    neededHuman: host.neededHuman ?? false,
    exec(command: Command): Promise<Result<Channel>> {
      commands.push(command);
      const { refuses } = host;
      if (refuses) return Promise.resolve({ ok: false, problem: refuses });
      const channel = startChild(argvOf(host, command.argv));
      if (!channel) return Promise.resolve(fail('no-shell', null, 'no program'));
      open.add(channel);
      void channel.ended.then(() => open.delete(channel));
      return Promise.resolve(succeed<Channel>(channel));
    },
    close() {
      transport.isClosed = true;
      for (const channel of open) channel.close();
      tellClosed({ code: 'connection-lost', path: 'db1', message: 'It was closed.' });
    },
  };
  return transport;
}

function argvOf({ sudo, pkexec, shell }: PlayedHost, argv: readonly string[]): readonly string[] {
  const script = argv.includes('sudo') ? sudo : argv[0] === 'pkexec' ? pkexec : shell;
  return script === undefined ? argv : ['sh', '-c', script, ...argv];
}
