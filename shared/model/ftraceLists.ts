/** Who is attached to which function, as the lists of ftrace and kprobes have it. */
import { parseFtraceFunctions, type FtraceFunction } from '../readings/files/ftrace';
import { parseKprobes, type Kprobe } from '../readings/files/kprobes';
import { enabledFunctionsFiles, kprobesFile, touchedFunctionsFiles } from '../readings/paths';
import type { ReadingsReader } from './reader';
import type { RedirectedFunction } from './systemState';

export interface FtraceLists {
  /** The file with the functions that somebody is attached to. */
  readonly source: string;
  readonly enabled: readonly FtraceFunction[];
  /** The list breaks off: what it lacks may be in the rest. */
  readonly isCut: boolean;
  /** Functions that anybody was attached to since boot; empty on kernels without such a list. */
  readonly touched: readonly FtraceFunction[];
  /** Null: not readable. */
  readonly kprobes: readonly Kprobe[] | null;
}

/** Null: `enabled_functions` could not be read; undefined: it is not there, or was not asked for. */
export function readFtraceLists(reader: ReadingsReader): FtraceLists | null | undefined {
  const source = firstText(reader, enabledFunctionsFiles);
  if (source === null) {
    return enabledFunctionsFiles.some((path) => reader.exists(path)) ? null : undefined;
  }
  const touched = firstText(reader, touchedFunctionsFiles);
  const kprobes = reader.text(kprobesFile);
  const reading = reader.readings.files.get(source.path);
  return {
    source: source.path,
    enabled: parseFtraceFunctions(source.text),
    isCut: reading !== undefined && 'text' in reading && reading.truncated,
    touched: touched === null ? [] : parseFtraceFunctions(touched.text),
    kprobes: kprobes === null ? null : parseKprobes(kprobes),
  };
}

function firstText(
  reader: ReadingsReader,
  paths: readonly string[],
): { readonly path: string; readonly text: string } | null {
  for (const path of paths) {
    const text = reader.text(path);
    if (text !== null) return { path, text };
  }
  return null;
}

/** Functions that somebody redirects (IPMODIFY). */
export function redirectedIn({ source, enabled }: FtraceLists): RedirectedFunction[] {
  return enabled
    .filter(({ ipmodify }) => ipmodify)
    .map(({ function: name, module, livepatch }) => ({
      name,
      module,
      source,
      byLivepatch: livepatch,
    }));
}
