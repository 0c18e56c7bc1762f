/** The phases of a session. */
import type { Timestamp } from '../capture/frame.ts';
import type { Phase } from './model.ts';

/** Notes the beginning of a phase at `what`, once. They stand in the order of their frames: one direction may be read later than the other. */
export function notePhase(phases: Phase[], name: Phase['name'], { time, frame }: { readonly time: Timestamp; readonly frame: number }): void {
  let at = phases.length;
  for (let i = at - 1; i >= 0; i--) {
    const p = phases[i] as Phase;
    if (p.name === name) return;
    if (p.frame > frame) at = i;
  }
  const phase = { name, time, frame };
  if (at === phases.length) phases.push(phase);
  else phases.splice(at, 0, phase);
}
