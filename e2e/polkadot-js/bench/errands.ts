// Posts N errands, so many of them at a time, until each has come to an end; prints how it went, as JSON.
//
//   TEA_NODE_URL=ws://127.0.0.1:9944 TEA_IPFS_API=http://127.0.0.1:9960 npm run errands -- COUNT AT_ONCE CODE DATA…
//
// CODE and DATA are files; they are stored first, and public. TEA_SURI pays (//Bob), TEA_FUEL is the limit of each,
// TEA_PARAMS the parameters, as text.

import { readFileSync } from 'node:fs';
import { Keyring } from '@polkadot/api';
import { stringToU8a, u8aToHex } from '@polkadot/util';
import { clientKey } from '../src/envelope.ts';
import { store } from '../src/ipfs.ts';
import { connect } from '../src/client.ts';

const setting = (name: string, otherwise: string): string => process.env[name] || otherwise;
const [count, atOnce] = process.argv.slice(2, 4).map(Number);
const files = process.argv.slice(4);
if (!count || !atOnce || files.length === 0) throw new Error('npm run errands -- COUNT AT_ONCE CODE DATA…');

/** Nothing new for so long is the end. */
const PATIENCE_MS = 180_000;

interface Posted {
  block: number;
  end?: { block: number; outcome: string };
}

const api = await connect(setting('TEA_NODE_URL', 'ws://127.0.0.1:9944'));
try {
  const ipfs = setting('TEA_IPFS_API', 'http://127.0.0.1:9960');
  const client = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(setting('TEA_SURI', '//Bob'));
  const sources = await Promise.all(
    files.map(async (file) => ({ AdHoc: { content: await store(ipfs, readFileSync(file)), sealed: false } })),
  );
  const fuel = BigInt(setting('TEA_FUEL', '10000000'));
  const gasPrice = BigInt((await api.query['errand']!['gasPrice']!()).toString());
  const options = { needs: { classes: 0b11_1111, capabilities: 0 }, keyWait: null, allowOwn: false, payee: null };
  const limits = { fuel, pages: 64, output: 1 << 16, wallMs: 10_000 };
  const post = api.tx['errand']!['post']!(
    sources[0],
    sources.slice(1),
    u8aToHex(stringToU8a(setting('TEA_PARAMS', ''))),
    clientKey().public,
    limits,
    fuel * gasPrice,
    1000,
    options,
  );
  const first = (await api.rpc.system.accountNextIndex(client.address)).toNumber();
  const issuance = async (): Promise<bigint> => (await api.query.balances.totalIssuance()).toBigInt();
  const before = await issuance();
  const errands = new Map<string, Posted>();
  let sent = 0;
  let refused = 0;
  const send = async (): Promise<void> => {
    const nonce = first + sent;
    sent += 1;
    await (await post.signAsync(client, { nonce, era: 0 })).send();
  };

  const started = Date.now();
  let lastNews = started;
  let failure: unknown;
  let fees = 0n;
  const unsubscribe = await api.rpc.chain.subscribeNewHeads((head) => {
    void (async () => {
      const block = head.number.toNumber();
      const at = await api.at(head.hash);
      for (const { event } of await at.query.system.events()) {
        const name = `${event.section}.${event.method}`;
        const [id, who, , outcome] = event.data;
        if (name === 'errand.Posted' && who!.toString() === client.address) {
          errands.set(id!.toString(), { block });
          lastNews = Date.now();
        } else if (name === 'errand.Settled' && errands.has(id!.toString())) {
          const named = event.data.names?.indexOf('outcome') ?? -1;
          errands.get(id!.toString())!.end = { block, outcome: (event.data[named] ?? outcome)!.toString() };
          lastNews = Date.now();
        } else if (name === 'transactionPayment.TransactionFeePaid' && event.data[0]!.toString() === client.address) {
          fees += BigInt(event.data[1]!.toString());
        } else if (name === 'system.ExtrinsicFailed') {
          refused += 1;
        }
      }
    })().catch((error) => (failure = error));
  });
  const ended = (): number => [...errands.values()].filter(({ end }) => end).length;
  while (ended() < count) {
    if (failure) throw failure;
    if (refused > 0) throw new Error(`${refused} extrinsics have failed`);
    if (Date.now() - lastNews > PATIENCE_MS) break;
    while (sent < count && sent - ended() < atOnce) await send();
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const seconds = (Date.now() - started) / 1000;
  unsubscribe();

  const all = [...errands.values()];
  const ends: Record<string, number> = {};
  for (const { end } of all) {
    const outcome = end?.outcome ?? 'none';
    ends[outcome] = (ends[outcome] ?? 0) + 1;
  }
  const blocks = all.flatMap(({ block, end }) => (end ? [end.block - block] : [])).sort((a, b) => a - b);
  const at = (part: number): number | undefined => blocks[Math.min(blocks.length - 1, Math.floor(blocks.length * part))];
  const holds = (await api.query.balances.holds(client.address)) as unknown as { amount: { toBigInt(): bigint } }[];
  console.log(
    JSON.stringify({
      sent,
      posted: all.length,
      ended: blocks.length,
      ends,
      seconds,
      perSecond: blocks.length / seconds,
      blocks: { median: at(0.5), p95: at(0.95), most: blocks.at(-1) },
      fees: fees.toString(),
      onHold: holds.reduce((sum, { amount }) => sum + amount.toBigInt(), 0n).toString(),
      issuance: { before: before.toString(), after: (await issuance()).toString() },
    }),
  );
} finally {
  await api.disconnect();
}
