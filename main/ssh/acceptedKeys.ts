/** Host keys that the user has accepted in this app: one JSON file of its own. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { keyType, type KnownHostsFile } from './knownHosts';

const schema = z.strictObject({
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
type Content = z.infer<typeof schema>;

/** Below XDG_CONFIG_HOME. */
export function defaultAcceptedKeysFile(): string {
  const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return join(config, 'klpscope', 'known-hosts.json');
}

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

  async add(host: string, key: Buffer): Promise<void> {
    const content = await this.read();
    const entry = { host, key: key.toString('base64'), acceptedAt: new Date().toISOString() };
    await this.write({ ...content, keys: [...content.keys, entry] });
  }

  /** A damaged file is set aside, never silently emptied. */
  private async read(): Promise<Content> {
    const empty: Content = { format: 'klpscope/known-hosts', version: 1, keys: [] };
    const text = await readFile(this.path, 'utf8').catch(() => null);
    if (text === null) return empty;
    const parsed = schema.safeParse(parseJson(text));
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
    const next = `${this.path}.${process.pid}.new`;
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
