import { capture } from './shellTexts';

/**
 * The program that `klpscope capture-script` prints: it writes what the probe would read into one
 * `.tar.gz` (`.tar` where there is no gzip), laid out like `/`, on a host that nobody can reach over
 * SSH.
 *
 * The archive needs a place of its own: the folder that it is put together in, below the current
 * one or `$TMPDIR`, is removed again. Nothing else is written. Files of `/proc` and `/sys` say that
 * they are empty, so they are copied by reading them, not by `tar`.
 */
export const captureScript = capture;
