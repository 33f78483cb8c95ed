/** What is true of every target of a kind; whoever adds a kind says it here. */
import { whatOpens } from './fileKinds';
import type { Target } from './target';

export interface TargetTraits {
  /** How it is written and what it is: rows of the command line's help. */
  readonly forms: readonly (readonly [form: string, meaning: string])[];
  /** What stands before the path, where it has one. */
  readonly pathPrefix: string;
  /** It changes while it is looked at, so it is read again and again. */
  readonly isLive: boolean;
  /** The executable model plays it: no real machine. */
  readonly isStory: boolean;
  /** How its files are reached, which decides the options that go with it; null: by opening a file. */
  readonly reached: 'ssh' | 'local' | null;
  /**
   * What reading it waits for. Only `network` leaves the thread that reads it free meanwhile: files of
   * any host and computing hold it up.
   */
  readonly waitsFor: 'network' | 'files' | 'this-machine' | 'computing';
}

const saved = { isLive: false, isStory: false, reached: null, waitsFor: 'files' } as const;
const story = { pathPrefix: 'demo:', isLive: true, isStory: true, reached: null } as const;

export const targetTraits: Readonly<Record<Target['kind'], TargetTraits>> = {
  local: {
    forms: [['local', 'this machine']],
    pathPrefix: '',
    isLive: true,
    isStory: false,
    reached: 'local',
    waitsFor: 'this-machine',
  },
  ssh: {
    forms: [
      [
        'HOST',
        "a host over SSH: an alias of ssh's configuration, [user@]host[:port], or ssh://[user@]host[:port]",
      ],
    ],
    pathPrefix: '',
    isLive: true,
    isStory: false,
    reached: 'ssh',
    waitsFor: 'network',
  },
  directory: {
    forms: [
      [
        'dir:PATH',
        'a folder laid out like /, or with a report in it: capture, sosreport, supportconfig',
      ],
    ],
    pathPrefix: 'dir:',
    ...saved,
  },
  file: {
    forms: [
      [
        'FILE',
        `${whatOpens}: known by its content, whatever its name; ./FILE where the name alone could be a host's`,
      ],
    ],
    pathPrefix: '',
    ...saved,
  },
  input: {
    forms: [['-', 'the same from standard input']],
    pathPrefix: '',
    ...saved,
  },
  demo: {
    forms: [['demo[:STORY]', 'a demo host that plays a story; status shows its end']],
    ...story,
    waitsFor: 'computing',
  },
  scenario: {
    forms: [['demo:FILE.json', 'the same, with a story of your own (docs/scenario-file.md)']],
    ...story,
    // The file is read for as long as it has mistakes.
    waitsFor: 'files',
  },
};
