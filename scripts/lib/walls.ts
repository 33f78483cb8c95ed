/** Imports between the rooms of this repository: each has to be an arrow that `walls.json` allows. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { z } from 'zod';

/**
 * Rooms, each with the rooms that it may import from, itself left out. A room is a folder with all that
 * lies in it, or one file; where one room lies in another, the inner one has what is in it.
 */
export type Rooms = Readonly<Record<string, readonly string[]>>;

export function readRooms(root: string): Rooms {
  const text = readFileSync(join(root, 'walls.json'), 'utf8');
  return z.record(z.string(), z.array(z.string())).parse(JSON.parse(text));
}

export interface Import {
  readonly from: string;
  readonly to: string;
}

/** All imports of code by code, types and styles included. Tests may look wherever they want. */
export function importsOf(root: string): Import[] {
  return ['shared', 'main', 'renderer']
    .filter((house) => existsSync(join(root, house)))
    .flatMap((house) =>
      readdirSync(join(root, house), { recursive: true, encoding: 'utf8' }).map((name) =>
        posix.join(house, name),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .flatMap((from) =>
      relativeImports(from, readFileSync(join(root, from), 'utf8')).map((asked) => ({
        from,
        to: fileOf(root, posix.join(dirname(from), asked)),
      })),
    );
}

function relativeImports(path: string, text: string): string[] {
  const { module } = parseSync(path, text);
  const asked = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map(({ moduleRequest }) => moduleRequest?.value),
    ),
    // What is imported while the program runs is written as one plain text everywhere.
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      text.slice(start + 1, end - 1),
    ),
  ];
  return [...new Set(asked.filter((name) => name?.startsWith('.')))].filter(
    (name) => name !== undefined,
  );
}

/** A folder stands for its `index.ts`. */
function fileOf(root: string, path: string): string {
  const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}.d.ts`, `${path}/index.ts`];
  const isFile = (file: string) =>
    existsSync(join(root, file)) && statSync(join(root, file)).isFile();
  return candidates.find(isFile) ?? path;
}

/** What stands in the way, a sentence each; none: the walls hold. */
export function breaches(rooms: Rooms, imports: readonly Import[]): string[] {
  const forbidden = imports.flatMap(({ from, to }) => {
    const [here, there] = [roomOf(rooms, from), roomOf(rooms, to)];
    if (here === null) return [`${from} lies in no room of walls.json.`];
    if (there === null) return [`${from} imports ${to}, which lies in no room of walls.json.`];
    if (here === there) return [];
    return rooms[here]?.includes(there) === true
      ? []
      : [`${from} imports ${to}: ${here} may not import from ${there}.`];
  });
  return [...new Set([...forbidden, ...backwards(rooms)])];
}

function roomOf(rooms: Rooms, file: string): string | null {
  const around = Object.keys(rooms).filter((room) => file === room || file.startsWith(`${room}/`));
  return around.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** Rooms stand in `walls.json` above all that they import from, so no arrows go in a circle. */
function backwards(rooms: Rooms): string[] {
  const order = Object.keys(rooms);
  return order.flatMap((here, place) =>
    (rooms[here] ?? [])
      .filter((there) => order.indexOf(there) >= place)
      .map((there) => `walls.json has ${there} behind ${here}, which imports from it.`),
  );
}
