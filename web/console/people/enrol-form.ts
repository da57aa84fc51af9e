import type { EnrolmentStart } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import type { Field } from '../shell/field.js';
import type { Values } from '../shell/form.js';
import { ON_BEHALF, proofFields, proofingOf } from './proof-form.js';
import type { Recording } from './recorder-part.js';

/** The start of the request that the values make; of what was recorded here, the time is known. */
export function startOf(values: Values, recording: Recording | undefined): Json<EnrolmentStart> {
  const at = recording?.startedAt ?? new Date(values['recordedAt'] ?? '');
  const channel = values['channel'] ?? '';
  return {
    speakerId: (values['speakerId'] ?? '').trim().normalize('NFC'),
    label: (values['label'] ?? '').trim(),
    recordedAt: at.toISOString(),
    ...(channel === '' || recording ? {} : { callerChannel: Number(channel) }),
    proofing: proofingOf(values, at),
    onBehalfOf: values['onBehalfOf'],
  };
}

/** What is asked before a recording becomes a voiceprint. */
export function fieldsOf(fromFile: boolean): Field[] {
  const ofFile: Field[] = [
    { name: 'file', label: 'File', kind: 'file', accept: 'audio/*' },
    {
      name: 'recordedAt',
      label: 'When the recording was begun',
      kind: 'datetime-local',
      api: 'start.recorded_at',
      hint: 'Not before the person consented.',
    },
    {
      name: 'channel',
      label: 'The speaker’s channel',
      kind: 'select',
      optional: true,
      api: 'start.caller_channel',
      options: [
        ['', 'The file has one channel'],
        ['0', 'Left, the first'],
        ['1', 'Right, the second'],
      ],
    },
  ];
  return [
    { name: 'speakerId', label: 'Speaker id', maximumBytes: 256, api: 'start.speaker_id' },
    ...(fromFile ? ofFile : []),
    {
      name: 'label',
      label: 'Label',
      optional: true,
      maximumBytes: 64,
      hint: 'For example mobile or landline. Empty: default. A label that exists gets a new version.',
    },
    ...proofFields(),
    ON_BEHALF,
  ];
}
