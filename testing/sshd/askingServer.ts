/** A server that asks its own questions, round after round, and then gives a shell. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import ssh2, { type KeyboardAuthContext, type ServerChannel } from 'ssh2';

export interface AskingServer {
  readonly port: number;
  stop(): void;
}

/** @param given gets the answers of each round; any answer is right */
export function askingServer(
  rounds: readonly (readonly string[])[],
  given: string[][],
): Promise<AskingServer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const hostKey = privateKey.export({ type: 'sec1', format: 'pem' });
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      askRound(context, [...rounds], given);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => run(acceptExec(), command));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address: unknown = server.address();
      const port =
        typeof address === 'object' && address !== null && 'port' in address ? address.port : 0;
      resolve({ port: Number(port), stop: () => server.close() });
    });
  });
}

function askRound(
  context: KeyboardAuthContext,
  left: (readonly string[])[],
  given: string[][],
): void {
  const [next, ...rest] = left;
  if (!next) {
    context.accept();
    return;
  }
  context.prompt(
    next.map((prompt) => ({ prompt, echo: false })),
    (answers) => {
      given.push([...answers]);
      askRound(context, rest, given);
    },
  );
}

function run(channel: ServerChannel, command: string): void {
  const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (status) => {
    channel.exit(status ?? 1);
    channel.end();
  });
}
