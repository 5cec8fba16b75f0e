// How many errands a second the weights let into blocks; prints it, as JSON.
//
//   TEA_NODE_URL=ws://127.0.0.1:9944 npm run bound -- ../../pallets/errand/src/weights.rs
//
// One errand is a posting, a claim, the draw of its verifiers out of the sixteen candidates that a claim pays for, its assignment, and a
// proof by four verdicts: each in a call of its own, or 32 to a call, with a quote for each or one for all. Code and data are files that
// the client names, or both are deployed. What the limits are, the chain says.

import { readFileSync } from 'node:fs';
import { connect } from '../src/client.ts';

const file = process.argv[2];
if (!file) throw new Error('npm run bound -- WEIGHTS.RS');
const text = readFileSync(file, 'utf8');

const api = await connect(process.env['TEA_NODE_URL'] ?? 'ws://127.0.0.1:9944');
try {
  const { read, write } = api.consts.system.dbWeight;
  const costs = { reads: read.toNumber(), writes: write.toNumber() };

  /** Time of a call in picoseconds, as its generated function adds it up. */
  const weight = (name: string, parts: Record<string, number> = {}): number => {
    const body = new RegExp(`\\n\\tfn ${name}\\([^\\n]*Weight \\{\\n(.*?)\\n\\t\\}`, 's').exec(text)?.[1];
    if (!body) throw new Error(`${file} has no weight of ${name}`);
    const number = (digits: string): number => Number(digits.replaceAll('_', '').replace('u64', ''));
    let sum = 0;
    for (const line of body.split('\n').map((line) => line.replace(/\/\/.*/, '').trim())) {
      const times = /saturating_mul\((\w)\.into\(\)\)/.exec(line)?.[1];
      const count = times === undefined ? 1 : parts[times];
      if (count === undefined) throw new Error(`the weight of ${name} depends on ${times}`);
      const time = /Weight::from_parts\(([\d_]+), /.exec(line);
      const access = /\.(reads|writes)\(\(?([\d_]+u64)/.exec(line);
      if (time) sum += number(time[1]!) * count;
      else if (access) sum += number(access[2]!) * costs[access[1] as 'reads' | 'writes'] * count;
      else if (line !== '') throw new Error(`the weight of ${name} has a line of another kind: ${line}`);
    }
    return sum;
  };

  const { perClass } = api.consts.system.blockWeights;
  const room = perClass.normal.maxTotal.unwrap().refTime.toNumber();
  const base = perClass.normal.baseExtrinsic.refTime.toNumber();
  const slot = api.consts['babe']!['expectedBlockTime']! as unknown as { toNumber(): number };
  const MANY = 32;
  const draw = weight('draw', { c: 16 });
  const quote = weight('quote');
  const perSecond = (errand: number): number => room / errand / (slot.toNumber() / 1000);
  const milliseconds = (time: number): number => time / 1e9;

  /** Of errands with so many deployments each. */
  const bound = (deployments: number) => {
    // The part of each of so many in one call, and of that call's frame.
    const each = (count: number, name: string): number =>
      weight(name, { n: count, d: count * deployments }) / count;
    const post = weight('post', { d: deployments }) + base;
    const claims = (count: number): number =>
      each(count, 'claim') + draw + each(count, 'assign') + base / count;
    const proofs = (count: number, quotes: number): number =>
      each(count, 'complete') + (quotes * quote + base) / count;
    return {
      alone: perSecond(post + claims(1) + proofs(1, 1)),
      own: perSecond(post + claims(MANY) + proofs(MANY, MANY)),
      batch: perSecond(post + claims(MANY) + proofs(MANY, 1)),
      milliseconds: {
        post: milliseconds(post),
        claim: milliseconds(claims(MANY)),
        own: milliseconds(proofs(MANY, MANY)),
        further: milliseconds(proofs(MANY, 1)),
      },
    };
  };
  console.log(JSON.stringify({ files: bound(0), deployed: bound(2) }));
} finally {
  await api.disconnect();
}
