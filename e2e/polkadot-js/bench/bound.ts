// How many errands a second the weights let into blocks; prints it, as JSON.
//
//   TEA_NODE_URL=ws://127.0.0.1:9944 npm run bound -- ../../pallets/errand/src/weights.rs
//
// One errand is a posting with one input, one claim with its assignment, and a completion by four verdicts, each with a quote
// of its own or 32 to a quote. What the limits are, the chain says.

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
  const own = weight('complete', { v: 4 });
  const further = weight('complete_in_batch', { v: 4 });
  const others = weight('post', { d: 1 }) + weight('claim') + weight('assign') + 3 * base;
  const perSecond = (errand: number): number => room / errand / (slot.toNumber() / 1000);
  const milliseconds = (time: number): number => time / 1e9;
  console.log(
    JSON.stringify({
      own: perSecond(others + own),
      batch: perSecond(others + (own + 31 * further) / 32),
      completions: { own: perSecond(own + base), batch: perSecond((own + 31 * further) / 32 + base) },
      milliseconds: {
        post: milliseconds(weight('post', { d: 1 })),
        claim: milliseconds(weight('claim')),
        assign: milliseconds(weight('assign')),
        complete: milliseconds(own),
        further: milliseconds(further),
      },
    }),
  );
} finally {
  await api.disconnect();
}
