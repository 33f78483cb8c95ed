/**
 * The keys to log in with, as one agent: those of the user's ssh-agent, then key files.
 *
 * ssh2 asks an agent to sign only after the server has said that it would take the key, so a
 * passphrase is asked for then, and for no key in vain. Files in the old formats (PEM, PKCS #8) don't
 * tell even the public key without the passphrase: such keys are a second round, after the server
 * has taken none of the others.
 */
import ssh2, { type BaseAgent, type ParsedKey } from 'ssh2';
import { holdsHiddenKey, openHiddenKey } from './hiddenKeys';
import type { Ask } from '../questions';
import { readUserFile } from '../userFile';
import { rsaBits } from '../hostKeys/rsaBits';

export interface IdentityOptions {
  /** Socket of ssh-agent; null: none is used. */
  readonly agentSocket: string | null;
  readonly keyFiles: readonly string[];
  /** Of the agent's keys only those that are also among the files. */
  readonly identitiesOnly: boolean;
  /** Signatures that may be made: names of ssh_config(5), PubkeyAcceptedAlgorithms. */
  readonly signatures: readonly string[];
  /** Bits of an RSA key. */
  readonly leastRsaBits: number;
  /** How often a passphrase is asked for. */
  readonly promptCount: number;
  readonly ask: Ask;
}

type Sign = (data: Buffer, hash: string | undefined) => Promise<Buffer | Error>;

type KeysCallback = (error?: Error | null, keys?: ParsedKey[]) => void;
type SignatureCallback = (error?: Error | null, signature?: Buffer) => void;

interface Identity {
  readonly publicKey: ParsedKey;
  readonly sign: Sign;
}

export class Identities extends ssh2.BaseAgent<ParsedKey> {
  private identities: Identity[] = [];
  private hidden: { readonly path: string; readonly text: Buffer }[] = [];
  private isSecondRound = false;
  /** Whether the server has asked for a signature: it would take a key of ours. */
  hasSigned = false;
  /** A passphrase was wanted and not given. */
  lacksPassphrase = false;

  constructor(private readonly options: IdentityOptions) {
    super();
  }

  /** Whether a second round has other keys: the next question for identities begins it. */
  beginSecondRound(): boolean {
    this.isSecondRound = true;
    return this.hidden.length > 0;
  }

  override getIdentities(callback: KeysCallback): void {
    void this.give(callback);
  }

  override sign(
    publicKey: ParsedKey,
    data: Buffer,
    options: unknown,
    callback?: SignatureCallback,
  ): void {
    const done = callback ?? (isCallback(options) ? options : null);
    if (!done) return;
    this.hasSigned = true;
    void this.signFor(publicKey, data, hashOf(options), done);
  }

  private async give(callback: KeysCallback): Promise<void> {
    const found = this.isSecondRound ? await this.reveal() : await this.collect();
    this.identities = found.filter(({ publicKey }) => this.isAllowed(publicKey));
    const keys = this.identities.map(({ publicKey }) => publicKey);
    callback(null, keys);
  }

  private async signFor(
    publicKey: ParsedKey,
    data: Buffer,
    hash: string | undefined,
    done: SignatureCallback,
  ): Promise<void> {
    const identity = this.identities.find((one) => isSame(one, publicKey));
    if (!this.options.signatures.includes(signatureOf(publicKey, hash))) {
      done(new Error('such a signature is not allowed'));
      return;
    }
    const signed = identity ? await identity.sign(data, hash) : new Error('the key is gone');
    if (signed instanceof Error) done(signed);
    else done(null, signed);
  }

  private isAllowed(key: ParsedKey): boolean {
    const { signatures, leastRsaBits } = this.options;
    const bits = rsaBits(key.getPublicSSH());
    if (bits !== null && bits < leastRsaBits) return false;
    return (bits === null ? [key.type] : rsaSignatures).some((name) => signatures.includes(name));
  }

  private async collect(): Promise<Identity[]> {
    const files = await Promise.all(this.options.keyFiles.map((path) => this.fromFile(path)));
    const ofFiles = files.filter((identity) => identity !== null);
    const isWanted = ({ publicKey }: Identity) =>
      !this.options.identitiesOnly || ofFiles.some((file) => isSame(file, publicKey));
    const ofAgent = (await this.fromAgent()).filter(isWanted);
    // A key that the agent holds needs no passphrase.
    const remaining = ofFiles.filter((file) => !ofAgent.some((one) => isSame(file, one.publicKey)));
    return [...ofAgent, ...remaining];
  }

  private async reveal(): Promise<Identity[]> {
    const revealed: Identity[] = [];
    for (const { path, text } of this.hidden) {
      const key = await this.askFor(path, true, (passphrase) => {
        const opened = openHiddenKey(text, passphrase);
        return opened === null ? null : parse(opened);
      });
      if (key instanceof Error) continue;
      revealed.push({
        publicKey: key,
        sign: (data, hash) => Promise.resolve(signature(key, data, hash)),
      });
    }
    return revealed;
  }

  private fromAgent(): Promise<Identity[]> {
    const { agentSocket } = this.options;
    if (agentSocket === null) return Promise.resolve([]);
    const agent = ssh2.createAgent(agentSocket);
    return new Promise((resolve) => {
      // An agent that is gone is the same as none.
      agent.getIdentities((error, keys) => {
        const parsed = error ? [] : (keys ?? []).map(parseIdentity).filter((key) => key !== null);
        resolve(parsed.map((publicKey) => ({ publicKey, sign: signWithAgent(agent, publicKey) })));
      });
    });
  }

  private async fromFile(path: string): Promise<Identity | null> {
    const text = await readUserFile(path).catch(() => null);
    const beside = await readUserFile(`${path}.pub`).catch(() => null);
    const open = text && parse(text);
    if (open && open.isPrivateKey()) {
      return {
        publicKey: open,
        sign: (data, hash) => Promise.resolve(signature(open, data, hash)),
      };
    }
    const publicKey = open ?? (beside && parse(beside)) ?? (text && publicPart(text));
    if (!publicKey && text && holdsHiddenKey(text)) this.hidden.push({ path, text });
    if (!publicKey) return null;
    return { publicKey, sign: (data, hash) => this.signWithPassphrase(path, text, data, hash) };
  }

  private async signWithPassphrase(
    path: string,
    text: Buffer | null,
    data: Buffer,
    hash: string | undefined,
  ): Promise<Buffer | Error> {
    if (text === null) return new Error(`${path} can’t be read`);
    const key = await this.askFor(path, false, (passphrase) =>
      parse(openHiddenKey(text, passphrase) ?? text, passphrase),
    );
    return key instanceof Error ? key : signature(key, data, hash);
  }

  private async askFor(
    keyFile: string,
    isHidden: boolean,
    open: (passphrase: string) => ParsedKey | null,
  ): Promise<ParsedKey | Error> {
    for (let attempt = 1; attempt <= this.options.promptCount; attempt += 1) {
      const again = attempt > 1;
      const answer = await this.options.ask({ kind: 'passphrase', keyFile, isHidden, again });
      const [passphrase] = answer ?? [];
      if (passphrase === undefined) {
        this.lacksPassphrase = true;
        return new Error('no passphrase was given');
      }
      const key = open(passphrase);
      if (key?.isPrivateKey()) return key;
    }
    return new Error('the passphrase was wrong');
  }
}

const rsaSignatures: readonly string[] = ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'];

/** RFC 8332, section 3: the name of an RSA signature says its hash, SHA-1 being the old one. */
function signatureOf(key: ParsedKey, hash: string | undefined): string {
  if (key.type !== 'ssh-rsa') return key.type;
  if (hash === 'sha256') return 'rsa-sha2-256';
  return hash === 'sha512' ? 'rsa-sha2-512' : 'ssh-rsa';
}

function isSame(identity: Identity, key: ParsedKey): boolean {
  return identity.publicKey.getPublicSSH().equals(key.getPublicSSH());
}

function signWithAgent(agent: BaseAgent, publicKey: ParsedKey): Sign {
  return (data, hash) =>
    new Promise((resolve) => {
      const known = (['sha256', 'sha512'] as const).find((name) => name === hash);
      const options = known === undefined ? {} : { hash: known };
      agent.sign(publicKey, data, options, (error, signed) =>
        resolve(error ?? signed ?? new Error('the agent gave no signature')),
      );
    });
}

function signature(key: ParsedKey, data: Buffer, hash: string | undefined): Buffer | Error {
  const signed: unknown = key.sign(data, hash);
  return Buffer.isBuffer(signed) ? signed : new Error('the key can’t sign');
}

function isCallback(value: unknown): value is SignatureCallback {
  return typeof value === 'function';
}

function hashOf(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || !('hash' in options)) return undefined;
  return typeof options.hash === 'string' ? options.hash : undefined;
}

function parse(key: Buffer | string | ParsedKey, passphrase?: string): ParsedKey | null {
  const parsed: unknown = ssh2.utils.parseKey(key, passphrase);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return isParsedKey(first) ? first : null;
}

/** ssh2's own agent gives parsed keys; its types allow more. */
function parseIdentity(key: unknown): ParsedKey | null {
  if (typeof key === 'string' || Buffer.isBuffer(key)) return parse(key);
  return isParsedKey(key) ? key : null;
}

function isParsedKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value;
}

/** The public key stands in the clear before the encrypted one (OpenSSH's PROTOCOL.key). */
function publicPart(text: Buffer): ParsedKey | null {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text.toString()) ?? [];
  if (body === undefined) return null;
  const wire = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (!wire.toString('latin1', 0, magic.length).startsWith(magic)) return null;
  let at = magic.length;
  const next = (): Buffer | null => {
    if (at + 4 > wire.length) return null;
    const start = at + 4;
    at = start + wire.readUInt32BE(at);
    return at <= wire.length ? wire.subarray(start, at) : null;
  };
  next();
  next();
  next();
  at += 4;
  const key = next();
  if (!key || key.length < 4) return null;
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  return parse(`${type} ${key.toString('base64')}`);
}
