/** Symbolic links, which many have in the place of a configuration file that they keep elsewhere. */
import { readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** As Linux follows them at most: path_resolution(7). */
const mostLinks = 40;

/** What a path leads to, whether it is there yet or not; the path itself where it is no link. */
export function behindLinks(path: string): string {
  let place = path;
  for (let count = 0; count < mostLinks; count += 1) {
    const next = readLink(place);
    if (next === null) return place;
    place = resolve(dirname(place), next);
  }
  return path;
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
