/**
 * Addresses of a name, by the system's own resolver as `getent` asks it: a program can be ended. The
 * resolver within this process can't be, and a name server that does not answer would hold the
 * process up even at its end, for as long as /etc/resolv.conf has it try.
 */
import { execFile } from 'node:child_process';
import { lookup as ownLookup, type LookupAddress } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { atExit } from '../atExit';

const databases = { 0: 'ahosts', 4: 'ahostsv4', 6: 'ahostsv6' } as const;

/** For `net.connect`. @param signal ends the program */
export function lookupUntil(signal: AbortSignal): LookupFunction {
  return (name, options, callback) => {
    const family = options.family === 4 || options.family === 6 ? options.family : 0;
    const give = (found: readonly LookupAddress[]) => {
      const [first] = found;
      if (!first) callback(unknownName(name), []);
      else if (options.all === true) callback(null, [...found]);
      else callback(null, first.address, first.family);
    };
    // It would be an option.
    if (name.startsWith('-')) return give([]);
    const asked = execFile('getent', [databases[family], name], { signal }, (error, stdout) => {
      hasEnded();
      if (!error) return give(addressesIn(stdout));
      // getent(1): 2 says that the name is not there.
      if (error.code === 2) return give([]);
      if (error.code === 'ENOENT') return ownLookup(name, options, callback);
      return callback(new Error(error.message), []);
    });
    // A name server that does not answer would keep it for minutes behind a program that has ended.
    const hasEnded = atExit(() => void asked.kill('SIGKILL'));
  };
}

/** `ADDRESS TYPE [NAME]`, a line for each type of socket. */
function addressesIn(text: string): LookupAddress[] {
  const addresses = text.split('\n').map((line) => line.split(' ')[0] ?? '');
  return [...new Set(addresses)]
    .filter((address) => address !== '')
    .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

function unknownName(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${name} is not known`), { code: 'ENOTFOUND' });
}
