/** The text that runs on a host, which says itself what it does and how it is spoken to. */
import { probe } from './shellTexts';

/** The program with its comments, for people; the last line, `serve NONCE ID …`, starts it. */
export const probeText = probe;

/** The text as it is sent: without its comments and indentation. */
export const sentText = probeText
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n');
