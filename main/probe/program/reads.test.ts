/**
 * The programs for hosts against the list of what is read. Both have it as variables, so that they run
 * as they lie there: what stands in a variable is read by every loop over it, and ShellCheck refuses a
 * variable that nothing uses.
 */
import { describe, expect, it } from 'vitest';
import {
  lists,
  reads,
  savedLog,
  statusFields,
  type FileRow,
  type PlacedRow,
} from '../../../shared/readings/reads';
import { captureScript } from './captureScript';
import { probeText } from './probeText';

type Files = Readonly<Record<string, Readonly<Record<string, FileRow>>>>;

/** Variables that a program does without: it calls the files by name. */
const calledByName: Readonly<Record<'probe' | 'capture', readonly string[]>> = {
  // What moves is told by these two, whatever else is read twice.
  probe: ['livepatch_twice'],
  capture: [],
};

/** Variables as they must stand in a program: `FOLDER_WAY='NAME…'`. */
function variables(files: Files, places: Readonly<Record<string, PlacedRow>>): string[] {
  const ofFiles = Object.entries(files).flatMap(([folder, rows]) =>
    [...new Set(Object.values(rows).map(({ way }) => way))]
      .filter((way) => way !== 'every')
      .map((way) => {
        const names = Object.entries(rows).filter(([, row]) => row.way === way);
        return assignment(
          `${folder}_${way.replaceAll('-', '_')}`,
          names.map(([name]) => name),
        );
      }),
  );
  const ofLists = Object.entries(places).map(([name, row]) =>
    assignment(`list_${name}`, row.places),
  );
  return [...ofFiles, ...ofLists];
}

function assignment(name: string, words: readonly string[]): string {
  const text = words.join(' ');
  return `${name}=${words.length > 1 ? `'${text}'` : text}`;
}

/** What a program lacks of the list, and what it has that the list lacks: lines to add and to remove. */
function differences(
  program: string,
  called: readonly string[],
  files: Files,
  places: Readonly<Record<string, PlacedRow>>,
) {
  const wanted = variables(files, places).filter(
    (line) => !called.includes(line.slice(0, line.indexOf('='))),
  );
  const folders = [...Object.keys(files), 'list'].join('|');
  const found: readonly string[] =
    program.match(new RegExp(`^(?:${folders})_[a-z_]+=.*$`, 'gm')) ?? [];
  return {
    add: wanted.filter((line) => !found.includes(line)),
    remove: found.filter((line) => !wanted.includes(line)),
  };
}

describe.each([
  ['probe.sh', probeText, calledByName.probe, lists],
  ['capture.sh', captureScript, calledByName.capture, lists],
])('%s', (_, program, called, lists) => {
  const code = program.replaceAll(/^\s*#.*$/gm, '');
  const agreed = { add: [], remove: [] };

  it('reads what is in the list, and nothing else', () => {
    expect(differences(program, called, reads, lists)).toEqual(agreed);
  });

  it('has each file by its name that no variable has', () => {
    const named = Object.entries<Readonly<Record<string, FileRow>>>(reads).flatMap(
      ([folder, rows]) =>
        Object.entries(rows)
          .filter(([, { way }]) => way === 'every' || called.includes(`${folder}_${way}`))
          .map(([name]) => name),
    );
    expect(named.length).toBeGreaterThan(1);
    const absent = named.filter((name) => !new RegExp(`[/"*]${name}\\b`).test(code));
    expect(absent).toEqual([]);
  });

  it.each(Object.keys(reads))('would be told of a file that is added to %s', (folder) => {
    const files: Files = reads;
    const added = { ...files, [folder]: { ...files[folder], new_file: row('once') } };
    const { add, remove } = differences(program, called, added, lists);
    expect(add).toHaveLength(1);
    expect(add[0]).toMatch(new RegExp(`^${folder}_once=.*\\bnew_file\\b`));
    expect(remove.length).toBeLessThan(2);
  });

  it('would be told of a way, a folder and a list that are new', () => {
    const slowObject = { ...reads, object: { ...reads.object, new_file: row('slow') } };
    expect(differences(program, called, slowObject, lists).add).toEqual(['object_slow=new_file']);
    const folder = { ...reads, cpu: { online: row('once') } };
    expect(differences(program, called, folder, lists).add).toEqual(['cpu_once=online']);
    const list = { ...lists, probes: { places: ['/a', '/b'], limit: 1 } } as const;
    expect(differences(program, called, reads, list).add).toEqual(["list_probes='/a /b'"]);
  });

  it('would be told of a file that is read no more', () => {
    const { refcnt: _, ...rest } = reads.module;
    expect(differences(program, called, { ...reads, module: rest }, lists)).toEqual({
      add: ['module_once=initstate'],
      remove: ["module_once='refcnt initstate'"],
    });
  });
});

function row(way: FileRow['way']): FileRow {
  return { way, limit: 1 };
}

it('the probe sends the lines of a status that are looked at', () => {
  expect(probeText).toContain(`\nstatus_fields='${statusFields.join('|')}'\n`);
});

it('the capture script saves the log where it is looked for', () => {
  const [place] = savedLog.places;
  expect(captureScript).toContain(`dmesg >"$root${place}"`);
});
