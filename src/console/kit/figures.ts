/* Figures that are the same in every language. The kiosk uses them too, without the texts of the other pages. */
const GB = 1_000_000_000;
const MB = 1_000_000;
const KB = 1000;

/** `21.4 GB`, as disks are sold: powers of ten. */
export function sizeText(bytes: number): string {
  if (bytes >= GB) return `${(bytes / GB).toFixed(bytes >= 100 * GB ? 0 : 1)} GB`;
  if (bytes >= MB) return `${Math.round(bytes / MB)} MB`;
  return bytes >= KB ? `${Math.round(bytes / KB)} kB` : `${bytes} B`;
}

/** `1:02:03`, `2:03`. */
export function lengthText(ms: number | null): string {
  if (ms === null) return '—';
  const total = Math.round(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
