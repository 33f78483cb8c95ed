/**
 * How much memory and work the samples of a recording ask for, known before any of it is done: a
 * few megabytes can ask for more than a machine has.
 */
import { sampleExcess, shadowRows, type SampleLimits } from '../../readings/limits';
import { livepatchRoot } from '../../readings/paths';
import type { ShadowTable } from '../../readings/readings';
import { limitOf } from '../../readings/reads';
import { threadKey } from './encode';
import type { FileChange, SampleLine } from './format';

/** What copying a row of a map costs beside a UTF-16 unit of text. */
const rowCost = 512;

export class Weight {
  private readonly texts = new Map<string, number>();
  private readonly folders = new Map<string, number>();
  private readonly threads = new Set<number>();
  private shadow: Partial<ShadowTable> = {};
  private shadowRows = 0;
  private text = 0;
  private entries = 0;
  /** Entries of the folders of livepatches. */
  private functions = 0;
  private spent = 0;

  /**
   * UTF-16 units that are copied or looked through to go through all samples once. A map is copied
   * whole for one row that changes, and a log is parsed whole for one line.
   */
  get work(): number {
    return this.spent;
  }

  /** @returns what there is too much of at this sample, in words; null: it can be read */
  add(line: SampleLine): string | null {
    this.addFiles(line);
    this.addFolders(line);
    if (line.threads !== undefined) this.addThreads(line.threads);
    this.addShadow(line);
    const counts: Record<keyof SampleLimits, number> = {
      text: this.text,
      files: Math.max(this.texts.size, this.folders.size, this.entries),
      livepatches: this.folders.get(livepatchRoot) ?? 0,
      functions: this.functions,
      threads: this.threads.size,
      shadow: this.shadowRows,
      problems: line.problems?.length ?? 0,
    };
    return sampleExcess(counts);
  }

  private addFiles({ files = [], withoutFiles = [] }: SampleLine): void {
    for (const path of withoutFiles) {
      this.text -= this.texts.get(path) ?? 0;
      this.texts.delete(path);
    }
    for (const [path, change] of files) {
      const before = this.texts.get(path) ?? 0;
      const after = Math.min(limitOf(path), lengthAfter(before, change));
      this.texts.set(path, after);
      this.text += after - before;
      this.spent += after;
    }
    if (files.length + withoutFiles.length > 0) this.spent += rowCost * this.texts.size;
  }

  private addFolders({ folders = [], withoutFolders = [] }: SampleLine): void {
    for (const path of withoutFolders) {
      this.count(path, 0);
      this.folders.delete(path);
    }
    for (const [path, folder] of folders) {
      this.count(path, 'entries' in folder ? folder.entries.length : 0);
    }
    if (folders.length + withoutFolders.length > 0) {
      this.spent += rowCost * (this.folders.size + this.entries);
    }
  }

  private count(path: string, entries: number): void {
    const more = entries - (this.folders.get(path) ?? 0);
    this.entries += more;
    if (path.startsWith(`${livepatchRoot}/`)) this.functions += more;
    this.folders.set(path, entries);
  }

  private addShadow({ shadow: change, withoutShadow }: SampleLine): void {
    if (change !== undefined || withoutShadow === true) {
      this.shadow = change ? { ...this.shadow, ...change } : {};
      this.shadowRows = shadowRows(this.shadow);
    }
    // They are counted by id at each sample, whether they changed or not.
    this.spent += rowCost * this.shadowRows;
  }

  private addThreads(change: SampleLine['threads']): void {
    if (!change) return this.threads.clear();
    for (const [pid, tid] of change.gone) this.threads.delete(threadKey(pid, tid));
    for (const [pid, tid] of change.set) this.threads.add(threadKey(pid, tid));
    this.spent += rowCost * this.threads.size;
  }
}

function lengthAfter(before: number, change: FileChange): number {
  if ('missing' in change) return 0;
  if ('text' in change) return change.text.length;
  return Math.max(0, before - change.drop) + change.more.length;
}
