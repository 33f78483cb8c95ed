/** TCP, with its own time limit and its failures in words. */
import { connect, isIP, type Socket } from 'node:net';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { lookupUntil } from './lookup';

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6 | null;
  /** An address of this machine's to connect from; null: any. */
  readonly from: string | null;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export function connectSocket(options: SocketOptions): Promise<Result<Socket>> {
  const { host, port, from, limitMs, signal } = options;
  // From an address of one family no other one can be reached.
  const family = from === null ? options.family : isIP(from);
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve) => {
    const late = new AbortController();
    const lookup = lookupUntil(AbortSignal.any([signal, late.signal]));
    const socket = connect({
      host,
      port,
      signal,
      lookup,
      ...(family === null ? {} : { family }),
      ...(from === null ? {} : { localAddress: from }),
    });
    const timer = setTimeout(() => {
      late.abort();
      socket.destroy();
      resolve(fail('timeout', where, `${where} did not answer within ${limitMs / 1000} s.`));
    }, limitMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      resolve(succeed(socket));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(fail('unreachable', where, `${where} can’t be reached: ${inWords(error)}.`));
    });
  });
}

function inWords({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to it (network unreachable)';
    case 'ECONNRESET':
      return 'it closed the connection';
    case 'ETIMEDOUT':
      return 'it did not answer';
    case 'ABORT_ERR':
      return 'connecting was given up';
    default:
      return message === '' ? (code ?? 'no reason given') : message;
  }
}
