/**
 * A server of its own that says what it is told to: before the login, while it refuses one, and in the
 * place of the program that is started there.
 */
import { generateKeyPairSync } from 'node:crypto';
import ssh2, { type Connection } from 'ssh2';

export interface Speech {
  /** Sent as a banner during the login, RFC 4252 section 5.4. */
  readonly banner?: string;
  /** When it disconnects, with `words` as the reason; never by default. */
  readonly disconnects?: 'at-login' | 'at-program';
  readonly words?: string;
  /** Nobody is let in. */
  readonly refuses?: boolean;
  /** What the program there prints to its standard error before it ends with status 255. */
  readonly complaint?: string;
}

export interface SpeakingServer {
  readonly port: number;
  /** `ecdsa-sha2-nistp256 AAAA…` */
  readonly hostKey: string;
  stop(): void;
}

export function speakingServer(speech: Speech): Promise<SpeakingServer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' });
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  const hostKey = `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
  const { banner, disconnects, words = '', refuses = false, complaint = '' } = speech;
  const clients = new Set<Connection>();
  const options = { hostKeys: [pem], ...(banner === undefined ? {} : { banner }) };
  const server = new ssh2.Server(options, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.on('authentication', (context) => {
      if (disconnects === 'at-login') disconnect(client, words);
      else if (refuses) context.reject(['publickey']);
      else context.accept();
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        channel.stderr.write(complaint, () => {
          if (disconnects === 'at-program') return disconnect(client, words);
          channel.exit(255);
          channel.end();
        });
      });
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address: unknown = server.address();
      const port =
        typeof address === 'object' && address !== null && 'port' in address ? address.port : 0;
      const stop = () => {
        for (const client of clients) client.end();
        server.close();
      };
      resolve({ port: Number(port), hostKey, stop });
    });
  });
}

/** The library's parts that make a packet: its own disconnect has no words. */
interface Cipher {
  allocPacket(payloadLength: number): Buffer;
  encrypt(packet: Buffer): void;
}

/** SSH_MSG_DISCONNECT, RFC 4253 section 11.1. */
function disconnect(client: Connection, words: string): void {
  const cipher: Cipher = Reflect.get(Reflect.get(client, '_protocol'), '_cipher');
  const text = Buffer.from(words);
  const payload = Buffer.alloc(13 + text.length);
  payload[0] = 1;
  // By application.
  payload.writeUInt32BE(11, 1);
  payload.writeUInt32BE(text.length, 5);
  text.copy(payload, 9);
  const packet = cipher.allocPacket(payload.length);
  // Behind the lengths of packet and padding.
  payload.copy(packet, 5);
  cipher.encrypt(packet);
  client.end();
}
