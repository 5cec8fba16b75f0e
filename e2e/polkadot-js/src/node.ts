// Real tea-node processes: started with free ports, stopped with their test, logs printed when a test fails.

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_MS = 120_000;
const STOP_MS = 30_000;
const LOG_LINES = 40;

/** Where the program under test is: TEA_NODE, else the workspace's own debug build. */
export function nodeProgram(): string {
  const target =
    process.env['CARGO_TARGET_DIR'] ?? fileURLToPath(new URL('../../../target', import.meta.url));
  const program = resolve(process.env['TEA_NODE'] ?? join(target, 'debug', 'tea-node'));
  if (!existsSync(program)) {
    throw new Error(
      `no tea-node at ${program}: run scripts/test, or \`cargo build --workspace\` first, or let TEA_NODE name it`,
    );
  }
  return program;
}

/** A running tea-node. */
export class TeaNode {
  /** Address of its RPC server. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #basePath: string;

  private constructor(url: string, child: ChildProcess, basePath: string) {
    this.url = url;
    this.#child = child;
    this.#basePath = basePath;
  }

  /** Start a node with these arguments besides its ports, and wait until its RPC listens. */
  static async start(name: string, args: string[]): Promise<TeaNode> {
    const basePath = mkdtempSync(join(tmpdir(), 'tea-e2e-'));
    const nodeKey = createHash('sha256').update(basePath).digest('hex');
    const child = spawn(
      nodeProgram(),
      [
        ...args,
        ...['--name', name, '--base-path', basePath, '--node-key', nodeKey],
        ...['--listen-addr', '/ip4/127.0.0.1/tcp/0', '--rpc-port', '0', '--prometheus-port', '0'],
        ...['--no-telemetry', '--no-mdns'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const log: string[] = [];
    process.once('exit', (code) => {
      // However this process ends, the node does not outlive it.
      child.kill('SIGKILL');
      if (code !== 0) console.error(tail(name, log));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => log.push(text));
    }
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`${name} has ended (${code ?? signal})`)));
    });
    failed.catch(() => undefined);

    try {
      const url = await Promise.race([failed, rpcUrl(name, log)]);
      return new TeaNode(url, child, basePath);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Ask the node to stop, wait until it has, and remove its files. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise<void>((done) => this.#child.once('exit', () => done()));
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.#basePath, { recursive: true, force: true });
  }
}

/** The node asks the system for a free port and logs which it got. */
async function rpcUrl(name: string, log: string[]): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const address = /Running JSON-RPC server: addr=(127\.0\.0\.1:\d+)/.exec(log.join(''));
    if (address) return `ws://${address[1]}`;
    await sleep(100);
  }
  throw new Error(`${name} did not start its RPC server within ${START_MS / 1000} s`);
}

function tail(name: string, log: string[]): string {
  const lines = log.join('').split('\n').slice(-LOG_LINES).join('\n');
  return `──── end of the log of ${name}\n${lines}`;
}
