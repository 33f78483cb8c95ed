/**
 * Looks for the secrets of tests where none may be: in all files that a run has left behind, and in
 * the arguments and variables of every process while it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { secretMark } from '../../testing/sshd/secrets';

/** The ways in which programs write text: as it is, in UTF-16, and in base64 at any offset. */
function formsOf(mark: string): readonly Buffer[] {
  return [
    Buffer.from(mark),
    Buffer.from(mark, 'utf16le'),
    ...[0, 1, 2].map((offset) => Buffer.from(inBase64(mark, offset))),
  ];
}

/** What base64 makes of the mark behind that many other bytes: without what those take part in. */
function inBase64(mark: string, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(mark)]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const whole = Math.floor(((offset + mark.length) * 8) / 6);
  return text.slice(first, whole);
}

function holdsAny(content: Buffer, forms: readonly Buffer[]): boolean {
  return forms.some((form) => content.includes(form));
}

/** Recordings and archives, which are many pieces one after the other, and may end in the midst. */
function unpacked(content: Buffer): Buffer {
  if (content.length < 2 || content.readUInt16BE(0) !== gzipMagic) return content;
  try {
    return gunzipSync(content, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: mostUnpacked,
    });
  } catch {
    // Damaged on purpose, or a bomb: a test of what the product does with such.
    return content;
  }
}

const gzipMagic = 0x1f8b;
const mostUnpacked = 256 * 1024 * 1024;

export interface Searched {
  /** How many files were looked into. */
  readonly files: number;
  /** Those that hold a secret. */
  readonly found: readonly string[];
}

/**
 * @param folders those that do not exist hold nothing
 * @param mark how a secret begins
 */
export async function searchFolders(
  folders: readonly string[],
  mark: string = secretMark,
): Promise<Searched> {
  const forms = formsOf(mark);
  const found: string[] = [];
  let files = 0;
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files += 1;
      // There are hundreds of thousands, most of them small: to wait for each would take minutes.
      if (holdsAny(unpacked(readFileSync(path)), forms)) found.push(path);
    }
  }
  return { files, found };
}

export interface ProcessWatch {
  /** What was seen of processes that had a secret among their arguments or variables. */
  readonly found: ReadonlySet<string>;
  /** How often all processes were looked at. */
  readonly looks: number;
  stop(): void;
}

/** Milliseconds between two looks at all processes. */
const lookInterval = 150;

/** @param mark how a secret begins */
export function watchProcesses(mark: string = secretMark): ProcessWatch {
  const forms = formsOf(mark);
  const found = new Set<string>();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const what of ['cmdline', 'environ']) {
        const content = contentOf(`/proc/${pid}/${what}`);
        if (content !== null && holdsAny(content, forms)) {
          found.add(`${what} of ${contentOf(`/proc/${pid}/comm`)?.toString().trim() ?? pid}`);
        }
      }
    }
  };
  const timer = process.platform === 'linux' ? setInterval(look, lookInterval) : undefined;
  return {
    found,
    get looks() {
      return looks;
    },
    stop: () => clearInterval(timer),
  };
}

/** Null: it has ended, or is not for us to see. */
function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
