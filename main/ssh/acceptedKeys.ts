/** Host keys that the user has accepted in this app: one JSON file of its own. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { keyType, type KnownHostsFile } from './knownHosts';

/** What the file holds. */
export const acceptedKeysSchema = z.strictObject({
  format: z.literal('klpscope/known-hosts'),
  version: z.literal(1),
  keys: z.array(
    z.strictObject({
      host: z.string().min(1).max(1024),
      key: z.base64().max(16_384),
      /** ISO 8601. */
      acceptedAt: z.string(),
    }),
  ),
});
type Content = z.infer<typeof acceptedKeysSchema>;

/** Below XDG_CONFIG_HOME. */
export function defaultAcceptedKeysFile(): string {
  const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return join(config, 'klpscope', 'known-hosts.json');
}

/** The last change of each file by this process. */
const changes = new Map<string, Promise<void>>();

export class AcceptedKeys {
  constructor(
    readonly path: string,
    /** Hears that the file was damaged, and where it was put. */
    private readonly warn: (message: string) => void = () => undefined,
  ) {}

  /** In the form of a known_hosts file, so that one rule judges all: a key's line is its number. */
  async asKnownHosts(): Promise<KnownHostsFile> {
    const { keys } = await this.read();
    const lines = keys.map(
      ({ host, key }) => `${host} ${keyType(Buffer.from(key, 'base64'))} ${key}`,
    );
    return { path: this.path, text: lines.join('\n') };
  }

  add(host: string, key: Buffer): Promise<void> {
    const entry = { host, key: key.toString('base64'), acceptedAt: new Date().toISOString() };
    return this.change((keys) => [...keys, entry]);
  }

  /** @returns how many keys of the host were forgotten */
  async remove(host: string): Promise<number> {
    let count = 0;
    await this.change((keys) => {
      const left = keys.filter((key) => key.host !== host);
      count = keys.length - left.length;
      return left;
    });
    return count;
  }

  /** One after the other, so that none undoes what another one did. */
  private change(edit: (keys: Content['keys']) => Content['keys']): Promise<void> {
    const done = this.changeAfter(changes.get(this.path) ?? Promise.resolve(), edit);
    const settled = done.catch(() => undefined);
    changes.set(this.path, settled);
    return done;
  }

  private async changeAfter(
    before: Promise<void>,
    edit: (keys: Content['keys']) => Content['keys'],
  ): Promise<void> {
    await before;
    const content = await this.read();
    const keys = edit(content.keys);
    if (keys.length !== content.keys.length) await this.write({ ...content, keys });
  }

  /** A damaged file is set aside, never silently emptied. */
  private async read(): Promise<Content> {
    const empty: Content = { format: 'klpscope/known-hosts', version: 1, keys: [] };
    const text = await readFile(this.path, 'utf8').catch(() => null);
    if (text === null) return empty;
    const parsed = acceptedKeysSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const aside = `${this.path}.broken-${Date.now()}`;
    await rename(this.path, aside);
    this.warn(
      `${this.path} was damaged and is now ${aside}; accepted host keys have to be accepted again.`,
    );
    return empty;
  }

  private async write(content: Content): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = `${this.path}.${randomUUID()}.new`;
    await writeFile(next, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    await rename(next, this.path);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
