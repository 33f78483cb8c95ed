/** A way to a server that can be slow, and that can come to a halt. */
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** How many connections there have been. */
  readonly connections: number;
  /** How many pieces it holds up, in both directions. */
  readonly heldUp: number;
  /** Milliseconds by which each packet is late, in either direction. */
  delay(ms: number): void;
  /** Nothing passes any more, and nobody is told; what came in the meantime passes when it goes on. */
  halt(): void;
  goOn(): void;
  /** As `halt`, once a connection has carried so many bytes from the server. */
  haltAfter(bytes: number): void;
  stop(): void;
}

export async function startRelay(to: number, host = '127.0.0.1'): Promise<Relay> {
  const open = new Set<Direction>();
  const sockets = new Set<Socket>();
  let lateness = 0;
  let isHalted = false;
  let limit = Infinity;
  let connections = 0;

  const halt = () => {
    isHalted = true;
  };
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(to, host);
    const rules = { lateness: () => lateness, isHalted: () => isHalted };
    let carried = 0;
    const count = (bytes: number) => {
      carried += bytes;
      if (carried >= limit) halt();
    };
    const up = new Direction(client, upstream, rules, () => undefined);
    const down = new Direction(upstream, client, rules, count);
    for (const direction of [up, down]) open.add(direction);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        open.delete(up);
        open.delete(down);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get connections() {
      return connections;
    },
    get heldUp() {
      return [...open].reduce((sum, { waiting }) => sum + waiting, 0);
    },
    delay: (ms) => {
      lateness = ms;
    },
    halt,
    goOn: () => {
      isHalted = false;
      limit = Infinity;
      for (const direction of open) direction.pump();
    },
    haltAfter: (bytes) => {
      limit = bytes;
    },
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Rules {
  readonly lateness: () => number;
  readonly isHalted: () => boolean;
}

/** What comes out of one socket goes into the other: in its order, late, or not yet. */
class Direction {
  private readonly queue: { readonly due: number; readonly chunk: Buffer | null }[] = [];

  constructor(
    from: Socket,
    private readonly to: Socket,
    private readonly rules: Rules,
    count: (bytes: number) => void,
  ) {
    from.on('data', (chunk: Buffer) => {
      count(chunk.length);
      this.push(chunk);
    });
    from.on('end', () => this.push(null));
    from.on('close', () => this.push(null));
  }

  get waiting(): number {
    return this.queue.length;
  }

  pump(): void {
    while (!this.rules.isHalted()) {
      const [next] = this.queue;
      if (!next) return;
      const wait = next.due - Date.now();
      if (wait > 0) {
        setTimeout(() => this.pump(), wait);
        return;
      }
      this.queue.shift();
      if (next.chunk) this.to.write(next.chunk);
      else this.to.end();
    }
  }

  private push(chunk: Buffer | null): void {
    const last = this.queue.at(-1)?.due ?? 0;
    this.queue.push({ due: Math.max(last, Date.now() + this.rules.lateness()), chunk });
    this.pump();
  }
}
