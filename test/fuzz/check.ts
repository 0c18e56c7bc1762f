/** What must hold for every input whatsoever. */
import { collect, inMemory } from '../../src/index.ts';
import { leaves } from '../../src/wire/field.ts';

/** Dissects `bytes` whole and looks at every part of the result. Throws when sshark breaks its word. */
export async function check(bytes: Uint8Array): Promise<{ packets: number; problems: number }> {
  const { packets, sessions, identifications, totals } = await collect(inMemory(bytes));
  for (const i of identifications) if (i.space.bytes.length === 0) throw new Error('an identification without bytes');
  for (const p of packets) {
    let end = 0;
    for (const leaf of leaves(p.fields)) {
      if (leaf.span.start !== end)
        throw new Error(`the leaves of packet ${p.index} (${p.name}) do not tile: ${leaf.name} begins at ${leaf.span.start}, not ${end}`);
      end = leaf.span.end;
    }
    if (end !== p.space.bytes.length) throw new Error(`the leaves of packet ${p.index} (${p.name}) end at ${end} of ${p.space.bytes.length}`);
    if (typeof p.summary !== 'string' || p.summary.length > 400) throw new Error(`the summary of packet ${p.index} is ${p.summary.length} characters long`);
  }
  for (const s of sessions) if (s.ended === undefined || s.ending === '') throw new Error(`session ${s.number} has no end`);
  return { packets: packets.length, problems: totals.problems.length };
}
