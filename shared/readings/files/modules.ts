/** One line of /proc/modules. */
export interface ModuleLine {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Null on kernels that can't unload modules. */
  readonly refcount: number | null;
  /** Modules that use this one. */
  readonly users: readonly string[];
  /** `Live`, `Loading` or `Unloading`; null where the line ends before. */
  readonly state: string | null;
  /** Taint letters such as `OEK`, none is the empty text; null where the line ends before. */
  readonly taint: string | null;
}

export interface Modules {
  /** Newest first, as the kernel lists them. */
  readonly modules: ModuleLine[];
  /** Lines that are no module. */
  readonly malformed: number;
}

/** `name size refcount users state address (taint)`: kernel/module/procfs.c, `m_show`. */
const moduleLine =
  /^(\S+) (\d+)(?: (-|-?\d+) (-|\S+)(?: (\S+)(?: 0x[0-9a-f]+)?(?: \(([^\s)]*)\))?)?)?$/;

/** Reads /proc/modules. A user `[permanent]` only says that the module can't be unloaded. */
export function parseModules(text: string): Modules {
  const modules: ModuleLine[] = [];
  let malformed = 0;
  for (const line of text.split('\n')) {
    const module = parseLine(line);
    if (module !== null) {
      modules.push(module);
    } else if (line !== '') {
      malformed += 1;
    }
  }
  return { modules, malformed };
}

function parseLine(line: string): ModuleLine | null {
  const match = moduleLine.exec(line);
  const [, name, size, refcount, users = '-', state = null, taint = ''] = match ?? [];
  if (name === undefined || !Number.isSafeInteger(Number(size))) {
    return null;
  }
  return {
    name,
    size: Number(size),
    refcount: parseRefcount(refcount),
    users: users.split(',').filter((user) => user !== '' && user !== '-' && user !== '[permanent]'),
    state,
    taint: state === null ? null : taint.replace(/[^A-Z]/g, ''),
  };
}

function parseRefcount(text: string | undefined): number | null {
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
}
