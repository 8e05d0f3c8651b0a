import type { RecorderDriver } from '#ports/recorder-driver';

/*
 * The udev rules of an installed station, made from its slot hubs and from the drivers. Two files: what belongs to recorders is tagged and
 * handed to the station; and on slot hubs the kernel ignores what is no recorder.
 */

export interface RuleFacts {
  /** `dock.hubs` of the configuration. */
  readonly hubs: readonly string[];
  /** The other names of those that have two, as `readOtherNames` tells. */
  readonly otherNames?: ReadonlyMap<string, readonly string[] | null>;
  /** Vendors with which a driver exchanges commands; 4 lower-case hexadecimal digits. */
  readonly vendors: readonly string[];
}

/** Vendors of the drivers that speak to their recorders by vendor commands. */
export function vendorsOf(drivers: readonly RecorderDriver[]): readonly string[] {
  const speaking = drivers.flatMap(({ usb = [] }) => usb.filter((each) => each.identify ?? each.readClock ?? each.setClock ?? each.unlock));
  return [...new Set(speaking.map(({ vendorId }) => vendorId))].sort();
}

/** 70-evidock.rules */
export function accessRules({ hubs, otherNames, vendors }: RuleFacts): string {
  return `# What is plugged into a recorder slot belongs to Evidock. Made by scripts/generate-udev-rules.ts from dock.hubs and the drivers.
ACTION=="remove", GOTO="evidock_end"
SUBSYSTEM!="block|usb", GOTO="evidock_end"

${slots({ hubs, otherNames }, 'evidock')}

# Disks and their partitions: the mount helper mounts what has this tag and nothing else; desktops and udisks leave it alone.
SUBSYSTEM=="block", KERNEL=="sd*", ENV{DEVTYPE}=="disk|partition", TAG+="evidock", ENV{UDISKS_IGNORE}="1", ENV{UDISKS_AUTO}="0"
SUBSYSTEM=="block", GOTO="evidock_end"

# Of USB devices: storage, cameras (PTP, MTP) and the vendors that drivers exchange commands with. Never a hub.
ENV{DEVTYPE}!="usb_device", GOTO="evidock_end"
ATTR{bDeviceClass}=="09", GOTO="evidock_end"
# Only its first event tells of MTP under a vendor's own class: kept for the events after it.
IMPORT{db}="EVIDOCK_MTP"
ENV{ID_MTP_DEVICE}=="1", ENV{EVIDOCK_MTP}="1"
ENV{EVIDOCK_MTP}=="1", GOTO="evidock_recorder"
ENV{ID_USB_INTERFACES}=="*:08*|*:06*", GOTO="evidock_recorder"
${vendors.length === 0 ? '' : `ATTR{idVendor}=="${vendors.join('|')}", GOTO="evidock_recorder"\n`}GOTO="evidock_end"

LABEL="evidock_recorder"
# The station opens it for commands and for MTP; the tag lets the mount helper read it over MTP and take it off the bus.
TAG+="evidock", GROUP="evidock", MODE="0660"
# No desktop and no person at a screen gets at it.
ENV{ID_MTP_DEVICE}="", ENV{ID_MEDIA_PLAYER}="", ENV{ID_GPHOTO2}=""

LABEL="evidock_end"
`;
}

/** 71-evidock-slots.rules; only a station whose slot hubs are known has it. */
export function slotRules({ hubs, otherNames, vendors }: RuleFacts): string {
  if (hubs.length === 0) throw new RangeError('without slot hubs there is no telling which ports are slots');
  const speaking =
    vendors.length === 0 ? '' : `ATTR{bInterfaceClass}=="ff", ATTRS{idVendor}=="${vendors.join('|')}", GOTO="evidock_slots_end"\n`;
  return `# On recorder slots the kernel ignores everything but storage, cameras and hubs: no keyboard types, no network adapter carries anything.
# Made by scripts/generate-udev-rules.ts from dock.hubs and the drivers.
ACTION=="remove|unbind", GOTO="evidock_slots_end"
SUBSYSTEM!="usb", GOTO="evidock_slots_end"
ENV{DEVTYPE}!="usb_interface", GOTO="evidock_slots_end"

${slots({ hubs, otherNames }, 'evidock_slots')}

# Storage, still image (PTP, MTP), hub.
ATTR{bInterfaceClass}=="08|06|09", GOTO="evidock_slots_end"
# MTP under a vendor's own class, and vendors that drivers exchange commands with.
ATTR{bInterfaceClass}=="ff", ATTR{interface}=="*MTP*", GOTO="evidock_slots_end"
${speaking}ATTR{authorized}="0"

LABEL="evidock_slots_end"
`;
}

/** Jumps to the end for what is on no slot. A hub `1-4` means the ports below it, a bus `1` every port of it; each under all its names. */
function slots({ hubs, otherNames }: { hubs: readonly string[]; otherNames: RuleFacts['otherNames'] }, prefix: string): string {
  const named = hubs.map((hub) => [hub, ...(otherNames?.get(hub) ?? [])]);
  const lines = named.flat().map((hub) => `SUBSYSTEMS=="usb", KERNELS=="${hub}${hub.includes('-') ? '.' : '-'}*", GOTO="${prefix}_slot"`);
  if (hubs.length === 0) lines.push(`SUBSYSTEMS=="usb", GOTO="${prefix}_slot"`);
  const words =
    hubs.length === 0
      ? ['# No slot hubs are named: any USB port may be a slot.']
      : [
          `# Slots: the ports below ${named.flat().join(', ')}.`,
          ...named.flatMap((names) =>
            names.length > 1 ? [`# ${names.join(' and ')} are one: the two names of USB 3, as this machine tells.`] : [],
          ),
        ];
  return [...words, ...lines, `GOTO="${prefix}_end"`, `LABEL="${prefix}_slot"`].join('\n');
}
