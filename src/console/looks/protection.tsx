import { type ReactNode, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { CheckSet } from '../kit/check-set.tsx';
import { AreaField, SelectField } from '../kit/kit.tsx';
import { useSay, useWord } from '../texts/say.ts';

type Protection = Schemas['ProtectionBody'];
type Level = NonNullable<Protection['confidentiality']>;

const LEVELS = ['public', 'internal', 'secret', 'highly-secret', 'top-secret'] as const;
const PRIVACY = ['minor', 'personal-privacy', 'sensitive-personal', 'trade-secret'] as const;

interface Protected {
  readonly confidentiality: Level | null;
  readonly privacy: readonly (typeof PRIVACY)[number][];
}

interface Editing {
  readonly fields: ReactNode;
  /** What is to be sent; null: nothing was changed. */
  readonly body: Protection | null;
}

/** Fields for the level and the marks of a case or a recording. To lower or to take away needs a reason, which is asked for then. */
export function useProtection(now: Protected): Editing {
  const say = useSay();
  const word = useWord();
  const [level, setLevel] = useState<string>(now.confidentiality ?? '');
  const [privacy, setPrivacy] = useState<ReadonlySet<string>>(new Set(now.privacy));
  const [reason, setReason] = useState('');
  const added = PRIVACY.filter((mark) => privacy.has(mark) && !now.privacy.includes(mark));
  const removed = now.privacy.filter((mark) => !privacy.has(mark));
  const lowered = LEVELS.indexOf(level as Level) < LEVELS.indexOf((now.confidentiality ?? '') as Level) || removed.length > 0;
  const marked = level !== (now.confidentiality ?? '') || lowered || added.length > 0;
  const fields = (
    <>
      <SelectField
        label={say('case.level')}
        value={level}
        onChange={(event) => setLevel(event.target.value)}
        choices={[{ value: '', label: say('tag.no-level') }, ...LEVELS.map((code) => ({ value: code, label: word('level', code) }))]}
      />
      <CheckSet
        legend={say('case.privacy')}
        values={PRIVACY}
        labelOf={(mark) => word('privacy', mark)}
        chosen={privacy}
        onChange={setPrivacy}
      />
      {lowered ? (
        <AreaField
          label={say('tag.why')}
          hint={say('tag.why.hint')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          needed
        />
      ) : null}
    </>
  );
  const body = {
    confidentiality: level === '' ? null : (level as Level),
    ...{ addPrivacy: added, removePrivacy: removed },
    ...(reason === '' ? {} : { reason }),
  };
  return { fields, body: marked ? body : null };
}
