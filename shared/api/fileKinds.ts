import { listed } from '../base/words';

/**
 * What a file can be, whatever it is called: a row each. How a kind is known by its content and opened
 * stands in `main/sources/openFile.ts`, for which the compiler asks.
 */
export const fileKinds = {
  archive: 'an archive of a host (tar; also in gzip, xz, zstd or bzip2)',
  recording: 'a recording (.klprec)',
  scenario: 'a scenario of a demo host (JSON)',
} as const;

export type FileKind = keyof typeof fileKinds;

/** All of them, in words. */
export const whatOpens = listed(Object.values(fileKinds), Infinity, ', or ');
