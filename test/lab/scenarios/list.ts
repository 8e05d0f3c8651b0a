import type { Scenario } from '../scenario.ts';
import { BAD_SECTORS } from './bad-sectors.ts';
import { CLOCK } from './clock.ts';
import { DEVICES } from './devices.ts';
import { FULL_DISK } from './full-disk.ts';
import { INSTALL } from './install.ts';
import { KIOSK } from './kiosk.ts';
import { MANY } from './many.ts';
import { PANIC } from './panic.ts';
import { POWER_CUTS } from './power-cuts.ts';
import { SMOKE } from './smoke.ts';
import { USB_DOCK } from './usb-dock.ts';
import { VANISH } from './vanish.ts';
import { WIPE } from './wipe.ts';
import { YANKS } from './yanks.ts';

/** Those that share one machine, with one station after another: what `scripts/lab --quick` runs. */
export const QUICK_SCENARIOS: readonly Scenario[] = [YANKS, BAD_SECTORS, PANIC, VANISH, WIPE, CLOCK, FULL_DISK, MANY, POWER_CUTS];

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [SMOKE, DEVICES, USB_DOCK, INSTALL, ...QUICK_SCENARIOS, KIOSK];
