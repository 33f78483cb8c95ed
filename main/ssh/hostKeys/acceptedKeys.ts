/** Host keys that the user has accepted in this app: a part of the app's own file. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { changeConfig, readConfig } from '../../config/configFile';
import { readJsonFile } from '../../config/jsonFile';
import { earlierKeysSchema, type AcceptedKey, type Config } from '../../config/schema';
import { keyType, type KnownHostsFile } from './knownHosts';

export class AcceptedKeys {
  private readonly said = new Set<string>();

  constructor(
    /** Of the app's own file. */
    readonly path: string,
    /** Hears once each what is wrong with the file, and where it was put. */
    private readonly warn: (message: string) => void = () => undefined,
  ) {}

  /** In the form of a known_hosts file, so that one rule judges all: a key's line is its number. */
  async asKnownHosts(): Promise<KnownHostsFile> {
    const { config, warning } = await readConfig(this.path);
    this.warnOnce(warning);
    const lines = this.keysOf(config).map(
      ({ host, key }) => `${host} ${keyType(Buffer.from(key, 'base64'))} ${key}`,
    );
    return { path: this.path, text: lines.join('\n') };
  }

  /** A key that can't be kept is warned about, and asked for again next time. */
  async add(host: string, key: Buffer): Promise<void> {
    const entry = { host, key: key.toString('base64'), acceptedAt: new Date().toISOString() };
    await this.change((keys) => [...keys, entry]);
  }

  /** @returns how many keys of the host were forgotten; null: the file can't be changed */
  async remove(host: string): Promise<number | null> {
    let count = 0;
    const isKept = await this.change((keys) => {
      const left = keys.filter((key) => key.host !== host);
      count = keys.length - left.length;
      return left;
    });
    return isKept ? count : null;
  }

  private async change(
    edit: (keys: readonly AcceptedKey[]) => readonly AcceptedKey[],
  ): Promise<boolean> {
    const { isKept, warning } = await changeConfig(this.path, (config) => {
      const keys = this.keysOf(config);
      const hostKeys = edit(keys);
      return hostKeys.length === keys.length ? config : { ...config, hostKeys: [...hostKeys] };
    });
    this.warnOnce(warning);
    return isKept;
  }

  /** Those of the file that was theirs alone, as long as no key is in the new one. */
  private keysOf(config: Config): readonly AcceptedKey[] {
    if (config.hostKeys !== undefined) return config.hostKeys;
    const earlier = join(dirname(this.path), 'known-hosts.json');
    if (!existsSync(earlier)) return [];
    const { value, warning } = readJsonFile(earlier, earlierKeysSchema);
    this.warnOnce(warning);
    return value?.keys ?? [];
  }

  warnOnce(warning: string | null): void {
    if (warning === null || this.said.has(warning)) return;
    this.said.add(warning);
    this.warn(warning);
  }
}
