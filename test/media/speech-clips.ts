import { readFile, writeFile } from 'node:fs/promises';
import { type Clip, cutEnd, ffmpeg, tone } from './clips.ts';
import { runBinary } from './programs.ts';
import { amrFile, dssFile, dssSpeech, qcpFile } from './speech-files.ts';

/*
 * What dictation machines, telephones and recorders with a speech codec write: sound alone, in frames of a few bytes, often without a length.
 */

interface Speech extends Partial<Clip> {
  readonly name: string;
  readonly ending: string;
}

/** Frames of 20 ms in two seconds. */
const FRAMES = 100;

function speech(given: Speech, render: (path: string) => Promise<void>): Clip {
  const [container = '', audio = '', variant = ''] = given.name.split(', ');
  const { name, ...rest } = given;
  return {
    ...{ name: `${container}, none, ${audio}, ${variant}`, container, video: 'none', audio, variant },
    ...{ numbers: [], tracks: 1, damaged: false, special: true, seconds: 2 },
    render: (_, path) => render(path),
    ...rest,
  };
}

const file = (given: Speech, bytes: () => Buffer) => speech(given, (path) => writeFile(path, bytes()));
const coded = (given: Speech, options: string) => speech(given, (path) => ffmpeg([...tone(440), ...options.split(' '), path]));

export function speechClips(): Clip[] {
  return [...telephones(), ...dictations(), ...recorders()];
}

function telephones(): Clip[] {
  const whole = () => qcpFile('qcelp', [4], FRAMES);
  return [
    file({ name: 'QCP, QCELP, whole', ending: 'qcp' }, whole),
    file({ name: 'QCP, QCELP, four rates', ending: 'qcp' }, () => qcpFile('qcelp', [4, 3, 2, 1], FRAMES)),
    file({ name: 'QCP, QCELP, blank frames', ending: 'qcp' }, () => qcpFile('qcelp', [4, 4, 1, 0], FRAMES)),
    file({ name: 'QCP, EVRC, two rates', ending: 'qcp' }, () => qcpFile('evrc', [4, 4, 1], FRAMES)),
    speech({ name: 'QCP, QCELP, truncated', ending: 'qcp', damaged: true, seconds: 1.2 }, async (path) => {
      await writeFile(path, whole());
      await cutEnd(path, 0.62);
    }),
    file({ name: 'AMR, AMR-NB, frames without speech', ending: 'amr' }, () => amrFile('narrow', FRAMES)),
    file({ name: 'AMR, AMR-WB, frames without speech', ending: 'awb' }, () => amrFile('wide', FRAMES)),
    speech({ name: '3GP, AMR-NB, whole', ending: '3gp' }, async (path) => {
      const raw = path.replace('.3gp', '.amr');
      await writeFile(raw, amrFile('narrow', FRAMES));
      await ffmpeg(['-i', raw, '-c', 'copy', path]);
    }),
  ];
}

function dictations(): Clip[] {
  const lp = async (path: string) => {
    const options = ['-ac', '1', '-ar', '8000', '-c:a', 'g723_1', '-b:a', '6300', '-map', '0:a', '-f', 'data', '-'];
    await writeFile(path, dssFile(2, await runBinary('ffmpeg', ['-nostdin', '-v', 'error', ...tone(440), ...options])));
  };
  return [
    // 80 frames of 264 samples at 11,025 a second, and what fills the last block up.
    file({ name: 'DSS, DSS SP, whole', ending: 'dss' }, () => dssFile(0, dssSpeech(40))),
    file({ name: 'DSS, DSS SP, truncated', ending: 'dss', damaged: true, seconds: 1.1 }, () => dssFile(0, dssSpeech(40)).subarray(0, 3000)),
    speech({ name: 'DSS, G.723.1, whole', ending: 'dss' }, lp),
    speech({ name: 'DSS, G.723.1, truncated', ending: 'dss', damaged: true, seconds: 1.2 }, async (path) => {
      await lp(path);
      await writeFile(path, (await readFile(path)).subarray(0, 2000));
    }),
  ];
}

function recorders(): Clip[] {
  const telephone = '-ar 8000 -ac 1';
  return [
    coded({ name: 'WAV, GSM, whole', ending: 'wav' }, `${telephone} -c:a libgsm_ms`),
    coded({ name: 'raw GSM, GSM, whole', ending: 'gsm' }, `${telephone} -c:a libgsm`),
    coded({ name: 'WAV, Microsoft ADPCM, whole', ending: 'wav' }, `${telephone} -c:a adpcm_ms`),
    coded({ name: 'WAV, Yamaha ADPCM, whole', ending: 'wav' }, `${telephone} -c:a adpcm_yamaha`),
    coded({ name: 'WAV, G.726, whole', ending: 'wav' }, `${telephone} -c:a g726 -b:a 16k`),
    coded({ name: 'WAV, G.723.1, whole', ending: 'wav' }, `${telephone} -c:a g723_1 -b:a 6300`),
    coded({ name: 'WAV, G.722, whole', ending: 'wav' }, '-ar 16000 -ac 1 -c:a g722'),
    coded({ name: 'AU, μ-law, whole', ending: 'au' }, `${telephone} -c:a pcm_mulaw`),
    coded({ name: 'CAF, IMA ADPCM, whole', ending: 'caf' }, `${telephone} -c:a adpcm_ima_qt`),
    coded({ name: 'Ogg, Speex, whole', ending: 'spx' }, '-ar 16000 -ac 1 -c:a libspeex'),
    coded({ name: 'Ogg, Opus, whole', ending: 'opus' }, '-ac 1 -c:a libopus'),
    coded({ name: 'ASF, WMA, sound alone', ending: 'wma' }, '-ar 16000 -ac 1 -c:a wmav2'),
  ];
}
