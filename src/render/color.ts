/** Colours by what they mean; without colour every one of them gives its text back. */
import picocolors from 'picocolors';
import type { Severity } from '../wire/problem.ts';

type Paint = (text: string) => string;

/** What a renderer may want to stand out. */
export interface Palette {
  readonly client: Paint;
  readonly server: Paint;
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly warning: Paint;
  readonly error: Paint;
}

const asIs: Paint = (text) => text;
const PLAIN: Palette = { client: asIs, server: asIs, strong: asIs, faint: asIs, good: asIs, warning: asIs, error: asIs };

/** The palette, or with `enabled` false one that leaves text as it is. */
export function palette(enabled: boolean): Palette {
  if (!enabled) return PLAIN;
  const c = picocolors.createColors(true);
  return { client: c.cyan, server: c.magenta, strong: c.bold, faint: c.dim, good: c.green, warning: c.yellow, error: c.red };
}

/** The colour of a problem. */
export function paintOf(colors: Palette, severity: Severity): Paint {
  return severity === 'error' ? colors.error : severity === 'warning' ? colors.warning : colors.faint;
}
