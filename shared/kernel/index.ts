/**
 * What others may build on: a kernel is booted from a literal, operations are applied to it, time
 * passes, `clone` makes one that goes its own way, `core` is its state for reading. These names and what
 * they mean stay.
 */
export { Kernel } from './kernel';
/** Identifies a patched function in the state of a kernel. */
export { functionKey } from './state/livepatch';
/** What a kernel shows as files under `/sys` and `/proc`, for `collect`. */
export { treeOf } from './files/kernelTree';
/** What no file shows: its shadow variables, as a reading. */
export { shadowTableOf } from './files/shadowTable';
