/**
 * `app://klpscope/…`: the window's own files, and nothing else. There is no server and no `file://`.
 */
import { protocol } from 'electron';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { placeOf, scheme } from '../window/address';
import { contentSecurityPolicy } from './contentSecurityPolicy';

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
]);

const commonHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** Before `ready`: only then can a scheme be given rights. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/**
 * @param folder where the window's built files are
 * @param ready what a page waits for: it may ask at once, and somebody has to answer
 */
export function serveWindowFiles(folder: string, ready: Promise<unknown>): void {
  protocol.handle(scheme, async (request) => {
    await ready;
    const path = request.method === 'GET' ? placeOf(request.url, folder) : null;
    const contentType = path === null ? undefined : contentTypes.get(extname(path));
    if (path === null || contentType === undefined) return refusal();
    try {
      const headers = { ...commonHeaders, 'content-type': contentType };
      return new Response(await readFile(path), { headers });
    } catch {
      return refusal();
    }
  });
}

function refusal(): Response {
  return new Response(null, { status: 404, headers: commonHeaders });
}
