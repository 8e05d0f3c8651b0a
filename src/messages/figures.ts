/** `1.5 GiB` */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const UNITS = {
  en: { days: ' d', hours: ' h', minutes: ' min', seconds: ' s', between: ' ' },
  'zh-CN': { days: ' 天', hours: ' 小时', minutes: ' 分钟', seconds: ' 秒', between: ' ' },
} as const;

/** `45 s`, `3 min 12 s`, `2 h 5 min`, `412 d 3 h`. */
export function spanText(language: 'en' | 'zh-CN', ms: number): string {
  const unit = UNITS[language];
  const total = Math.round(ms / 1000);
  const [days, hours, minutes] = [Math.floor(total / 86_400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60];
  const seconds = `${total % 60}${unit.seconds}`;
  if (days > 0) return `${days}${unit.days}${unit.between}${hours}${unit.hours}`;
  if (hours > 0) return `${hours}${unit.hours}${unit.between}${minutes}${unit.minutes}`;
  return minutes > 0 ? `${minutes}${unit.minutes}${unit.between}${seconds}` : seconds;
}
