/** What others may build on: `statusOf` makes the status document of one sample. */
export { statusOf } from './status';
