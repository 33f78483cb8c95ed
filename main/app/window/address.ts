/** Addresses of the window's files, and which file each one means. */
import { isAbsolute, join, relative } from 'node:path';

export const scheme = 'app';
export const appOrigin = `${scheme}://klpscope`;
export const startPage = `${appOrigin}/index.html`;

/** The file that an address means; null for an address that is none of ours. */
export function placeOf(address: string, folder: string): string | null {
  const url = URL.parse(address);
  if (url === null || `${url.protocol}//${url.host}` !== appOrigin) return null;
  let pathname: string;
  try {
    pathname = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  const path = join(folder, pathname);
  const inside = relative(folder, path);
  const isInside = inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
  return isInside && !pathname.includes('\0') ? path : null;
}
