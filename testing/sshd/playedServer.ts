/** A server whose every answer is a test's own: to a login, to a program, to a way to another host. */
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';

export interface Play {
  /** Whoever comes is let in by default. */
  readonly login?: (context: AuthContext, connection: Connection) => void;
  /** What a program does; none is started by default. */
  readonly program?: (
    line: string,
    start: () => ServerChannel,
    refuse: () => void,
    connection: Connection,
  ) => void;
  /** Ways to other hosts are refused by default; otherwise they lead to this port of loopback. */
  readonly way?: (host: string, port: number) => number | null;
  /** What it is able to do; all that ssh2 is by default. */
  readonly algorithms?: ssh2.Algorithms;
}

export interface PlayedServer {
  readonly port: number;
  /** In the wire format of RFC 4253, section 6.6. */
  readonly key: Buffer;
  /** `TYPE BASE64`, as in known_hosts. */
  readonly hostKey: string;
  /** Those that are open. */
  connections(): Connection[];
  stop(): void;
}

export async function playServer(play: Play = {}): Promise<PlayedServer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' });
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  const key = parsed.getPublicSSH();
  const open = new Set<Connection>();
  const { login = (context) => context.accept(), program, way, algorithms } = play;
  const options = { hostKeys: [pem], ...(algorithms === undefined ? {} : { algorithms }) };
  const server = new ssh2.Server(options, (connection) => {
    open.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => open.delete(connection));
    connection.on('authentication', (context) => login(context, connection));
    connection.on('session', (accept) => {
      accept().on('exec', (start, refuse, { command }) =>
        program?.(command, start, refuse, connection),
      );
    });
    connection.on('tcpip', (accept, refuse, { destIP, destPort }) => {
      const port = way?.(destIP, destPort) ?? null;
      if (port === null) return refuse();
      const far = connect(port, '127.0.0.1');
      const near = accept();
      for (const end of [far, near]) end.on('error', () => undefined);
      far.on('close', () => near.end());
      near.on('close', () => far.destroy());
      near.pipe(far).pipe(near);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: unknown = server.address();
  const port =
    typeof address === 'object' && address !== null && 'port' in address ? address.port : 0;
  return {
    port: Number(port),
    key,
    hostKey: `${parsed.type} ${key.toString('base64')}`,
    connections: () => [...open],
    stop() {
      for (const connection of open) connection.end();
      server.close();
    },
  };
}
