// Bitswap between tea-hosts, between Helia nodes, and across, on loopback and in one run, pair after pair, so that the load of
// the machine is the same for all. Prints the rows of a table.

import { performance } from 'node:perf_hooks';
import { content, MIB } from '../src/content.ts';
import { HeliaNode } from '../src/helia.ts';
import { TeaHost } from '../src/host.ts';

const SIZE = 20 * MIB;
const ROUNDS = Number(process.argv[2] ?? 7);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

const hosts = await Promise.all([TeaHost.start('one'), TeaHost.start('two')]);
const nodes = await Promise.all([HeliaNode.start(), HeliaNode.start()]);
const [one, two] = hosts;
const [first, second] = nodes;
await two!.rpc(`swarm/connect?arg=${encodeURIComponent(one!.address)}`);
await second!.dial(first!.address);
await first!.dial(one!.address);

const times: Record<string, number[]> = {
  'add, tea-host': [],
  'add, Helia (in memory)': [],
  'Helia → Helia': [],
  'tea-host → tea-host': [],
  'tea-host → Helia': [],
  'Helia → tea-host': [],
};
const fetch = (host: TeaHost, root: string) => host.rpc(`pin/add?arg=${root}&timeout=120s`);
// The first round warms up both sides and is not counted.
for (let round = 0; round <= ROUNDS; round++) {
  const took: Record<string, number> = {};
  const measure = async (name: string, work: () => Promise<unknown>) => {
    took[name] = await timed(work);
  };
  const ours = content(`ours ${round}`, SIZE);
  const theirs = content(`theirs ${round}`, SIZE);
  let root = '';
  await measure('add, tea-host', async () => {
    root = (await one!.rpc('add?pin=false', ours))['Hash'] as string;
  });
  await measure('tea-host → tea-host', () => fetch(two!, root));
  await measure('tea-host → Helia', () => first!.cat(root));
  await measure('add, Helia (in memory)', async () => {
    root = await first!.add(theirs);
  });
  await measure('Helia → Helia', () => second!.cat(root));
  await measure('Helia → tea-host', () => fetch(one!, root));
  if (round > 0) for (const name in took) times[name]!.push(took[name]!);
}

const reference = median(times['Helia → Helia']!);
console.log(`| ${SIZE / MIB} MiB | median, ms | MB/s | against Helia → Helia |\n| --- | --- | --- | --- |`);
for (const [name, all] of Object.entries(times)) {
  const ms = median(all);
  const ratio = name.startsWith('add') ? '–' : `${(reference / ms).toFixed(2)} ×`;
  console.log(`| ${name} | ${ms.toFixed(0)} | ${(SIZE / 1000 / ms).toFixed(0)} | ${ratio} |`);
}
await Promise.all([...nodes, ...hosts].map((node) => node.stop()));
process.exit(0);
