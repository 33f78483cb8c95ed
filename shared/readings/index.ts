/** What others may build on: `collect` reads a tree, and says what of a host is read and in which order. */
export { collect } from './collect';
