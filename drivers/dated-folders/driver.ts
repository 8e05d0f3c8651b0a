import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

const FOLDERS = {
  video: 'video|videos|视频|录像|shipin|luxiang',
  audio: 'audio|voice|音频|录音|yinpin|luyin',
  photo: 'photo|photos|picture|image|图片|照片|拍照|tupian|zhaopian',
  log: 'log|logs|日志|rizhi',
} as const;

function folder(kind: keyof typeof FOLDERS, example: string): PathPattern {
  const time = '(?:(?<time>[0-9]{2}[-_]?[0-9]{2}[-_]?[0-9]{2})(?:_(?<sequence>[0-9]{1,4}))?)?';
  return { name: `${kind} folder`, regex: `(?:^|/)(?<date>[0-9]{8})/(?:${FOLDERS[kind]})/(?:.*/)?${time}[^/]*$`, kind, example };
}

// A track or subtitles in the video folder belong to the clip, whatever the folder is called.
const SIDECAR: PathPattern = {
  name: 'sidecar',
  regex: '(?:^|/)(?<date>[0-9]{8})/[^/]+/(?:(?<time>[0-9]{6}))?[^/]*\\.(?:gps|nmea|gpx|srt|xml|json|thm)$',
  sidecar: true,
  example: '20190627/video/153012.gps',
};

const PATTERNS: readonly PathPattern[] = [
  SIDECAR,
  folder('video', '20190627/video/153012_0007.mp4'),
  folder('audio', '20190627/录音/153012_0002.wav'),
  folder('photo', '20190627/photo/153012.jpg'),
  folder('log', '20190627/log/device.log'),
];

/** Recorders that sort by day and kind: `YYYYMMDD/video/HHMMSS.mp4`, folder names in English, pinyin or Chinese. */
export const datedFolders: RecorderDriver = {
  id: 'dated-folders',
  title: 'Recorders with folders by day',
  patterns: PATTERNS,
  contiguousMs: 2000,

  match(sample) {
    const mine = sample.filter((entry) => new RegExp(`(?:^|/)\\d{8}/(?:${Object.values(FOLDERS).join('|')})/`, 'i').test(entry.path));
    if (mine.length === 0) return { score: 0, why: [] };
    return {
      score: Math.round(90 * (mine.length / sample.length)),
      why: [because('lie-by-day', { found: mine.length, count: sample.length })],
    };
  },
};
