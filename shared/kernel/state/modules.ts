/** The modules of a host: who is loaded, in which state, and who holds whom. */
import type { ModuleLiteral } from './literals';

export interface ModuleState {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly address: number;
  readonly isLivepatch: boolean;
  /** Letters behind its line of /proc/modules, such as `OEK`. */
  readonly taint: string;
  readonly literal: ModuleLiteral;
  state: 'coming' | 'live' | 'going';
  /** References that keep it from being unloaded, beyond those of modules that use it. */
  references: number;
}

/** Modules by name, in the order of loading. */
export class ModuleTable {
  private constructor(
    private readonly modules: Map<string, ModuleState>,
    private nextAddress: number,
  ) {}

  static empty(): ModuleTable {
    return new ModuleTable(new Map(), 0xc0200000);
  }

  clone(): ModuleTable {
    const copies = [...this.modules].map(([name, one]) => [name, { ...one }] as const);
    return new ModuleTable(new Map(copies), this.nextAddress);
  }

  get(name: string): ModuleState | null {
    return this.modules.get(name) ?? null;
  }

  /** Oldest first. */
  all(): ModuleState[] {
    return [...this.modules.values()];
  }

  add(module: Omit<ModuleState, 'address'>): ModuleState {
    const added = { ...module, address: this.nextAddress };
    this.nextAddress += Math.ceil(module.size / 4096) * 4096 + 8192;
    this.modules.set(module.name, added);
    return added;
  }

  remove(name: string): void {
    this.modules.delete(name);
  }

  users(name: string): string[] {
    return this.all()
      .filter(({ literal }) => literal.uses?.includes(name))
      .map((user) => user.name);
  }

  refcount(name: string): number {
    return (this.get(name)?.references ?? 0) + this.users(name).length;
  }
}
