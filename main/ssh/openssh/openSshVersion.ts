/** What the installed `ssh` can do. */
import { execFile } from 'node:child_process';

/**
 * Whether it hands a host's key to a `KnownHostsCommand`, which came with OpenSSH 8.5. Only this way
 * do we learn a key without believing what `ssh` prints, among which are a server's own words.
 */
export function handsOverKeys(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('ssh', ['-V'], { timeout: 10_000 }, (_error, _stdout, stderr) => {
      const [, major = '', minor = ''] =
        /^OpenSSH(?:_for_Windows)?_(\d+)\.(\d+)/.exec(stderr) ?? [];
      resolve(Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 5));
    });
  });
}
