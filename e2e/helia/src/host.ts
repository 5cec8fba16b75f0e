// Real tea-host processes: started with free ports, stopped with their test, logs printed when a test fails.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_MS = 60_000;
const STOP_MS = 20_000;
const LOG_LINES = 40;

/** Where the program under test is: TEA_HOST, else the workspace's own debug build. */
export function hostProgram(): string {
  const target =
    process.env['CARGO_TARGET_DIR'] ?? fileURLToPath(new URL('../../../target', import.meta.url));
  const program = resolve(process.env['TEA_HOST'] ?? join(target, 'debug', 'tea-host'));
  if (!existsSync(program)) {
    throw new Error(
      `no tea-host at ${program}: run scripts/test, or \`cargo build -p tea-host\` first, or let TEA_HOST name it`,
    );
  }
  return program;
}

interface Ready {
  peer_id: string;
  listen: string[];
  http: string;
  ipfs_rpc: string;
  gateway: string;
}

/** A running tea-host. */
export class TeaHost {
  /** What listens where. */
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(ready: Ready, child: ChildProcess, dir: string) {
    this.ready = ready;
    this.#child = child;
    this.#dir = dir;
  }

  /** Start a host without a chain, and wait until everything listens. */
  static async start(name: string, args: string[] = []): Promise<TeaHost> {
    const dir = mkdtempSync(join(tmpdir(), 'tea-helia-'));
    const file = join(dir, 'ready.json');
    const child = spawn(
      hostProgram(),
      [
        ...['--state-dir', join(dir, 'state'), '--chain-rpc', 'none', '--ready-file', file],
        ...['--listen', '/ip4/127.0.0.1/tcp/0', '--http', '127.0.0.1:0'],
        ...['--ipfs-rpc', '127.0.0.1:0', '--gateway', '127.0.0.1:0', '--gateway-per-second', '1000'],
        ...args,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const log: string[] = [];
    process.once('exit', (code) => {
      // However this process ends, the host does not outlive it.
      child.kill('SIGKILL');
      if (code !== 0) console.error(`──── end of the log of ${name}\n${log.join('').split('\n').slice(-LOG_LINES).join('\n')}`);
    });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => log.push(text));
    const deadline = Date.now() + START_MS;
    while (!existsSync(file)) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`${name} did not start: ${log.join('')}`);
      }
      await sleep(20);
    }
    return new TeaHost(JSON.parse(readFileSync(file, 'utf8')) as Ready, child, dir);
  }

  /** Where peers find it. */
  get address(): string {
    return this.ready.listen[0]!;
  }

  /** Address of its RPC. */
  get rpcUrl(): string {
    return `http://${this.ready.ipfs_rpc}`;
  }

  /** Ask the RPC; its body must be one JSON value, or nothing. */
  async rpc(path: string, file?: Uint8Array): Promise<Record<string, any>> {
    const body = await this.#post(path, file);
    const text = Buffer.from(body).toString();
    return text === '' ? {} : (JSON.parse(text) as Record<string, any>);
  }

  /** The bytes of a file, put together by the host. */
  cat(cid: string): Promise<Uint8Array> {
    return this.#post(`cat?arg=${cid}&timeout=60s`);
  }

  async #post(path: string, file?: Uint8Array): Promise<Uint8Array> {
    const body = new FormData();
    if (file !== undefined) body.set('file', new Blob([file as Uint8Array<ArrayBuffer>]), 'file');
    const answer = await fetch(`${this.rpcUrl}/api/v0/${path}`, {
      method: 'POST',
      body: file === undefined ? null : body,
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${Buffer.from(bytes).toString()}`);
    return bytes;
  }

  /** A figure of its metrics. */
  async figure(name: string): Promise<number> {
    const text = await (await fetch(`http://${this.ready.http}/metrics`)).text();
    const line = text.split('\n').find((line) => line.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  /** Ask the host to stop, wait until it has, and remove its files. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise<void>((done) => this.#child.once('exit', () => done()));
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
