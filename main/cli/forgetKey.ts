/** `klpscope forget-key`: takes back that a host's key was accepted in Klpscope. */
import { visible } from '../../shared/base/text';
import { defaultConfigFile } from '../config/place';
import { AcceptedKeys } from '../ssh/hostKeys/acceptedKeys';
import { exitStatus } from './outcome';
import type { Output } from './output';

/** @returns 0: it is forgotten; 3: no key was known under the name, or the file can't be changed */
export async function forgetKey([name = '']: readonly string[], output: Output): Promise<number> {
  const path = defaultConfigFile();
  const accepted = new AcceptedKeys(path, (warning) => output.warn(warning));
  const count = await accepted.remove(name.toLowerCase());
  if (count === null) return exitStatus.unreadable;
  if (count === 0) {
    output.warn(`No key of ${visible(name)} is in ${path}.`);
    return exitStatus.unreadable;
  }
  output.write(`Forgot ${count === 1 ? 'the key' : `${count} keys`} of ${visible(name)}.\n`);
  return exitStatus.settled;
}
