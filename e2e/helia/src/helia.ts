// An unmodified Helia node that speaks TCP on loopback and nothing else: no bootstrap, no DHT, no HTTP.

import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { unixfs, type UnixFS } from '@helia/unixfs';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';

const PATIENCE_MS = 60_000;

async function create() {
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight(), {
      privateKey: await generateKeyPair('Ed25519'),
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      services: { identify: identify() },
    }),
  );
  await helia.start();
  return helia;
}

/** A running Helia node. */
export class HeliaNode {
  readonly #helia: Awaited<ReturnType<typeof create>>;
  readonly #fs: UnixFS;

  private constructor(helia: Awaited<ReturnType<typeof create>>) {
    this.#helia = helia;
    this.#fs = unixfs(helia);
  }

  /** Start a node with an empty store in memory. */
  static async start(): Promise<HeliaNode> {
    return new HeliaNode(await create());
  }

  /** Where peers find it. */
  get address(): string {
    return this.#helia.libp2p.getMultiaddrs()[0]!.toString();
  }

  /** Connect to a peer. */
  async dial(address: string): Promise<void> {
    await this.#helia.libp2p.dial(multiaddr(address), { signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  /** Cut a file into blocks as Helia does by itself, and return its root. */
  async add(file: Uint8Array): Promise<string> {
    return (await this.#fs.addBytes(file)).toString();
  }

  /** Read a file, from peers where it is not here. */
  async cat(cid: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#fs.cat(CID.parse(cid), { signal: AbortSignal.timeout(PATIENCE_MS) })) {
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** Read one block, from peers where it is not here. */
  async block(cid: string, patience: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#helia.blockstore.get(CID.parse(cid), { signal: AbortSignal.timeout(patience) })) {
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** Stop the node. */
  async stop(): Promise<void> {
    await this.#helia.stop();
  }
}
